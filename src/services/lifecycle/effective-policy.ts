import { describeScope } from '../../core/settings/scope.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { settingsInForce } from '../settings/settings-in-force.ts'

/** The lifecycle policy that a repository is kept by. */
export interface EffectivePolicy {
  readonly text: string
  /** `repository`, or the scope above it. */
  readonly from: string
}

type Reads = Pick<MetadataReader, 'readLifecycle' | 'listSettings'>

/**
 * A repository's own policy, unless a scope above it has locked another one; without one of its own, what the nearest
 * scope above says. Undefined for none.
 */
export async function effectivePolicy(metadata: Reads, repository: Repository): Promise<EffectivePolicy | undefined> {
  const [above] = (await settingsInForce(metadata, repository)).lifecyclePolicy
  if (above?.locked !== true) {
    const own = (await metadata.readLifecycle(repository.id))?.text
    if (own !== undefined) return { text: own, from: 'repository' }
  }
  return above && { text: above.value, from: describeScope(above.scope) }
}
