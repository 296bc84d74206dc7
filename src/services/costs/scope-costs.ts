import { type CostFigures, NO_COSTS } from '../../core/costs/cost-scope.ts'
import type { PlacedRepository, ScopeTree } from '../../core/costs/scope-tree.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Services } from '../context.ts'
import type { UnattributedBytes } from './weigh-installation.ts'

export interface ScopeCosts {
  /** When the counting began; a minute ago at most. */
  readonly atMs: number
  readonly figures: CostFigures
  /** The repositories in it with the largest parts, largest first. Deleted ones have their name, too. */
  readonly largest: readonly { readonly name: string; readonly figures: CostFigures }[]
}

export interface CostsOfInstallation extends Pick<ScopeCosts, 'atMs' | 'figures'> {
  /** Together they are `totalBytes`. */
  readonly parts: UnattributedBytes & { readonly attributedBytes: number }
  /** What lies in the blob store. */
  readonly totalBytes: number
  readonly accounts: readonly { readonly registry: Registry; readonly figures: CostFigures }[]
}

const MOST_NAMED = 20

/** @throws {Refusal} `storage-unavailable` as soon as the signal says that nobody waits */
export async function costsOfNamespace(
  { costs }: Pick<Services, 'costs'>,
  { id }: Registry,
  path: string,
  signal: AbortSignal,
): Promise<ScopeCosts> {
  const { atMs, scopes } = await costs.read(signal)
  const figures = scopes.namespace(id, path)?.figures ?? NO_COSTS
  return { atMs, figures, largest: largestOf(scopes, scopes.inNamespace(id, path)) }
}

/** Of an account in its region. @throws {Refusal} as `costsOfNamespace` */
export async function costsOfAccount(
  { costs }: Pick<Services, 'costs'>,
  { id }: Registry,
  signal: AbortSignal,
): Promise<ScopeCosts> {
  const { atMs, scopes } = await costs.read(signal)
  const figures = scopes.registry(id)?.figures ?? NO_COSTS
  return { atMs, figures, largest: largestOf(scopes, scopes.inRegistry(id)) }
}

/** @throws {Refusal} as `costsOfNamespace` */
export async function costsOfInstallation(
  { costs, metadata }: Pick<Services, 'costs' | 'metadata'>,
  signal: AbortSignal,
): Promise<CostsOfInstallation> {
  const { atMs, scopes, unattributed } = await costs.read(signal)
  const { figures } = scopes.installation
  const parts = { attributedBytes: figures.attributedBytes, ...unattributed }
  const registries = await metadata.listRegistries()
  return {
    atMs,
    figures,
    parts,
    totalBytes: Object.values(parts).reduce((total, part) => total + part, 0),
    accounts: registries.map((registry) => ({
      registry,
      figures: scopes.registry(registry.id)?.figures ?? NO_COSTS,
    })),
  }
}

function largestOf(scopes: ScopeTree, repositories: readonly PlacedRepository[]): ScopeCosts['largest'] {
  return repositories
    .map(({ id, name }) => ({ name, figures: scopes.repository(id)?.figures ?? NO_COSTS }))
    .sort((one, other) => other.figures.attributedBytes - one.figures.attributedBytes)
    .slice(0, MOST_NAMED)
}
