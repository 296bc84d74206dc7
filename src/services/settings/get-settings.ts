import { type EffectiveSettings, resolveSettings } from '../../core/settings/resolve-settings.ts'
import { namespacesAbove, type Scope } from '../../core/settings/scope.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { showPolicyText } from '../iam/policy-text.ts'
import { readOwnSettings, type ShownSetting } from './own-settings.ts'
import { findPlace } from './scope-access.ts'

/** What the scope itself says, with the principals of policies as ARNs. @throws {Refusal} `repository-unknown` */
export async function getSettings(services: Services, caller: Caller, scope: Scope): Promise<ShownSetting[]> {
  const { metadata } = services
  const { repository } = await findPlace(services, caller, scope)
  const said =
    repository === undefined ? await saidBy(metadata, caller, scope) : await readOwnSettings(metadata, repository)
  return await Promise.all(said.map((one) => shown(metadata, one)))
}

/** What counts for a repository: all that is said above it and by itself, in the order of `resolveSettings`. */
async function readEffectiveSettings(reader: MetadataReader, repository: Repository): Promise<EffectiveSettings> {
  const { registryId, name } = repository
  const namespaces = namespacesAbove({ kind: 'repository', name })
  const above = await reader.listSettings(registryId, { namespaces })
  return resolveSettings([...above, ...(await readOwnSettings(reader, repository))])
}

/** The same for whoever looks at it. @throws {Refusal} `repository-unknown` */
export async function getEffectiveSettings(
  services: Services,
  caller: Caller,
  scope: Extract<Scope, { kind: 'repository' }>,
): Promise<EffectiveSettings> {
  const { metadata } = services
  const { repository } = await findPlace(services, caller, scope)
  if (repository === undefined) throw new Error('the scope of a repository has one')
  const effective = await readEffectiveSettings(metadata, repository)
  const policies = await Promise.all(effective.repositoryPolicy.map((one) => shown(metadata, one)))
  return { ...effective, repositoryPolicy: policies }
}

async function saidBy(reader: MetadataReader, { registry }: Caller, scope: Scope): Promise<ShownSetting[]> {
  const namespaces = scope.kind === 'namespace' ? [scope.path] : []
  const said = await reader.listSettings(registry.id, { namespaces })
  return said.filter((one) => one.scope.kind === scope.kind)
}

async function shown<One extends ShownSetting>(reader: MetadataReader, said: One): Promise<One> {
  if (said.name !== 'repositoryPolicy') return said
  // The value of a policy is a text, as its name says.
  return { ...said, value: await showPolicyText(reader, said.value as string) }
}
