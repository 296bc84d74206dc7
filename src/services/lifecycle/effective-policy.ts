import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/** The lifecycle policy that a repository is kept by. */
export interface EffectivePolicy {
  readonly text: string
  /** `repository`, or the scope above it. */
  readonly from: string
}

/** Undefined for none. */
export async function effectivePolicy(
  metadata: Pick<MetadataReader, 'readLifecycle'>,
  repository: Repository,
): Promise<EffectivePolicy | undefined> {
  const text = (await metadata.readLifecycle(repository.id))?.text
  return text === undefined ? undefined : { text, from: 'repository' }
}
