import { refuseWeaker } from '../../core/settings/refuse-weaker.ts'
import { namespacesAbove, type Scope } from '../../core/settings/scope.ts'
import type { Setting } from '../../core/settings/settings.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { SettingReads } from '../../ports/metadata/settings.ts'

/** @throws {Refusal} `setting-locked` when a scope above the repository does not allow one of them */
export async function refuseIfLocked(
  reader: SettingReads,
  { registryId, name }: Pick<Repository, 'registryId' | 'name'>,
  settings: readonly Setting[],
): Promise<void> {
  await refuseBelowLocked(reader, { registryId, scope: { kind: 'repository', name } }, settings)
}

/** The same for any scope. */
export async function refuseBelowLocked(
  reader: SettingReads,
  { registryId, scope }: { registryId: number; scope: Scope },
  settings: readonly Setting[],
): Promise<void> {
  if (settings.length === 0) return
  const said = await reader.listSettings(registryId, { namespaces: namespacesAbove(scope) })
  const above = said.filter((one) => one.scope.kind !== scope.kind || one.scope.kind === 'namespace')
  for (const setting of settings) refuseWeaker(scope.kind === 'installation' ? [] : above, setting)
}
