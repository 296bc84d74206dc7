import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

const AT_ONCE = 500
/** ECR's bound is 100,000 images in a repository; a snapshot of this many takes about a gigabyte. */
const MOST_IMAGES = 2_000_000

/**
 * Everything that a repository holds, as the planner sees it, a page at a time: what changes meanwhile may or may not be
 * in it, which is why every image is looked at again before anything is done to it.
 *
 * @throws {Error} when it holds more than anybody should plan for at once
 */
export async function readSnapshot(
  metadata: Pick<MetadataReader, 'listLifecycleImages'>,
  repository: Repository,
  options: { readonly withAnnotations: boolean; readonly signal?: AbortSignal },
): Promise<LifecycleImage[]> {
  const images: LifecycleImage[] = []
  const { withAnnotations, signal } = options
  for (;;) {
    signal?.throwIfAborted()
    const after = images.at(-1)?.digest
    const page = await metadata.listLifecycleImages(repository.id, { after, limit: AT_ONCE, withAnnotations })
    for (const image of page) images.push(image)
    if (page.length < AT_ONCE) return images
    if (images.length > MOST_IMAGES) throw new Error(`${repository.name} holds more than ${MOST_IMAGES} images`)
    await nextTurn()
  }
}
