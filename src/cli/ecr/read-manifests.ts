import { type Digest, isDigest } from '../../core/digest.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import { SUPPORTED_MANIFEST_TYPES } from '../../core/manifest/media-types.ts'
import { isMembers, listOf, memberOf, textOf } from '../members.ts'
import type { EcrReader } from './ecr-reader.ts'

/** BatchGetImage's bound. */
const AT_ONCE = 100

/** What of an image only its manifest says. */
export type ManifestFacts = Pick<LifecycleImage, 'children' | 'annotations'>

/**
 * The manifests of these images, a hundred in a call.
 *
 * @param onBatch is told how many have been read so far
 * @returns without those that could not be had, such as ones that went meanwhile
 * @throws {CliProblem}
 */
export async function readManifests(
  reader: EcrReader,
  { repository, digests }: { readonly repository: string; readonly digests: readonly Digest[] },
  onBatch: (count: number) => void,
): Promise<Map<Digest, ManifestFacts>> {
  const found = new Map<Digest, ManifestFacts>()
  let left = digests
  while (left.length > 0) {
    const batch = left.slice(0, AT_ONCE)
    const postponed = await readBatch(reader, { repository, digests: batch }, found)
    // An answer has a bound of its own: what did not fit any more is asked for again, last, unless nothing did fit.
    const again = postponed.length < batch.length ? postponed : []
    left = [...left.slice(AT_ONCE), ...again]
    onBatch(digests.length - left.length)
  }
  return found
}

async function readBatch(
  reader: EcrReader,
  { repository, digests }: { readonly repository: string; readonly digests: readonly Digest[] },
  found: Map<Digest, ManifestFacts>,
): Promise<Digest[]> {
  const answer = await reader.ask('BatchGetImage', {
    repositoryName: repository,
    imageIds: digests.map((imageDigest) => ({ imageDigest })),
    acceptedMediaTypes: SUPPORTED_MANIFEST_TYPES,
  })
  for (const image of listOf(answer, 'images')) {
    const digest = textOf(memberOf(image, 'imageId'), 'imageDigest') ?? ''
    if (isDigest(digest)) found.set(digest, factsOf(textOf(image, 'imageManifest') ?? ''))
  }
  return listOf(answer, 'failures').flatMap((failure) => {
    const digest = textOf(memberOf(failure, 'imageId'), 'imageDigest') ?? ''
    return textOf(failure, 'failureCode') === 'ImageInaccessible' && isDigest(digest) ? [digest] : []
  })
}

/** Leniently: another registry has taken it for a manifest. */
function factsOf(text: string): ManifestFacts {
  const manifest = parseOrNothing(text)
  const children = listOf(manifest, 'manifests').flatMap((descriptor) => {
    const digest = textOf(descriptor, 'digest') ?? ''
    return isDigest(digest) ? [digest] : []
  })
  const given = memberOf(manifest, 'annotations')
  const texts = isMembers(given) ? Object.entries(given).filter(isTextEntry) : []
  return { children, annotations: texts.length === 0 ? undefined : Object.fromEntries(texts) }
}

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string'
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
