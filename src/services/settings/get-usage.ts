import type { Usage } from '../../core/settings/quota.ts'
import type { Scope } from '../../core/settings/scope.ts'
import type { Quota } from '../../core/settings/settings.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { findPlace, type Place } from './scope-access.ts'

export interface ScopeUsage {
  readonly usage: Usage
  /** The scope's own. */
  readonly quota: Quota | undefined
}

/** What the repositories of a scope hold, to the byte. @throws {Refusal} `repository-unknown` */
export async function getUsage(services: Services, caller: Caller, scope: Scope): Promise<ScopeUsage> {
  const { metadata } = services
  const { id: registryId } = caller.registry
  const place = await findPlace(services, caller, scope)
  const usage =
    place.repository === undefined
      ? await metadata.sumUsage(registryId, place.scope)
      : await metadata.repositoryUsage(place.repository.id)
  return { usage, quota: await quotaOf(metadata, registryId, place) }
}

async function quotaOf(
  reader: MetadataReader,
  registryId: number,
  { scope, repository }: Place,
): Promise<Quota | undefined> {
  const namespaces = scope.kind === 'namespace' ? [scope.path] : []
  const said = await reader.listSettings(registryId, { namespaces, ...(repository !== undefined && { repository }) })
  const own = said.find((one) => one.name === 'quota' && one.scope.kind === scope.kind)
  return own?.name === 'quota' ? own.value : undefined
}
