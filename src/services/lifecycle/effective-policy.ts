import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/** The text of the lifecycle policy that a repository is kept by; undefined for none. */
export async function effectivePolicy(
  metadata: Pick<MetadataReader, 'readLifecycle'>,
  repository: Repository,
): Promise<string | undefined> {
  return (await metadata.readLifecycle(repository.id))?.text
}
