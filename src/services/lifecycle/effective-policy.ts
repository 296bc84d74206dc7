import { describeScope, namespacesOf } from '../../core/settings/scope.ts'
import type { StoredLifecycle } from '../../ports/metadata/lifecycle.ts'
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

interface Governed {
  readonly repository: Repository
  readonly lifecycle: StoredLifecycle
}

/**
 * Those that have a policy, their own or one from above, in one query for each registry: of many repositories most have
 * none, and whoever asks them all again and again would ask nothing else.
 */
export async function withPolicy(
  metadata: Pick<MetadataReader, 'listSettings'>,
  all: readonly Governed[],
): Promise<Repository[]> {
  const governed = new Set<Repository>()
  for (const [registryId, rows] of Map.groupBy(all, ({ repository }) => repository.registryId)) {
    const namespaces = [...new Set(rows.flatMap(({ repository }) => namespacesOf(repository.name)))]
    const said = await metadata.listSettings(registryId, { namespaces })
    const scopes = said.filter(({ name }) => name === 'lifecyclePolicy').map(({ scope }) => scope)
    for (const { repository, lifecycle } of rows) {
      const paths = new Set(namespacesOf(repository.name))
      const isBelow = scopes.some((scope) => scope.kind !== 'namespace' || paths.has(scope.path))
      if (isBelow || lifecycle.text !== undefined) governed.add(repository)
    }
  }
  return all.map(({ repository }) => repository).filter((repository) => governed.has(repository))
}
