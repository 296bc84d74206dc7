import type { NamespacePath, ParentScope, Scope } from '../../../core/settings/scope.ts'
import type { SettingName } from '../../../core/settings/settings.ts'
import type { QuotaKey, SettingsOf, StoredSetting } from '../../../ports/metadata/settings.ts'

/** The registry's number where the installation's settings are. No registry has it. */
export const INSTALLATION_ID = 0
/** Stands for the repository's own settings; no path begins so. */
export const OWN = '#'

export interface SettingRow {
  readonly path: string
  readonly registryId: number
  readonly name: SettingName
  readonly value: string
  readonly locked: number
  readonly changedAtMs: number
  readonly changedBy: string
}

/** The key of a scope's rows. */
export interface ScopeKey {
  readonly registryId: number
  /** Empty for the registry and the installation. */
  readonly path: string
}

export function scopeKey(registryId: number, scope: ParentScope): ScopeKey {
  if (scope.kind === 'installation') return { registryId: INSTALLATION_ID, path: '' }
  return { registryId, path: scope.kind === 'registry' ? '' : scope.path }
}

export function quotaKey(key: QuotaKey): ScopeKey {
  if ('scope' in key) return scopeKey(key.registryId, key.scope)
  return { registryId: key.registryId, path: `${OWN}${key.repositoryId}` }
}

export function toScope({ registryId, path }: ScopeKey): ParentScope {
  if (registryId === INSTALLATION_ID) return { kind: 'installation' }
  // Only checked paths are written.
  return path === '' ? { kind: 'registry' } : { kind: 'namespace', path: path as NamespacePath }
}

export function toSettings(rows: readonly SettingRow[], { repository }: SettingsOf): StoredSetting[] {
  return rows.toSorted(farthestFirst).map((row) => {
    const own: Scope | undefined =
      row.path === OWN && repository !== undefined ? { kind: 'repository', name: repository.name } : undefined
    const { name, changedAtMs, changedBy } = row
    const said = { scope: own ?? toScope(row), name, value: JSON.parse(row.value), locked: row.locked !== 0 }
    return { ...said, changedAtMs, changedBy }
  })
}

function farthestFirst(a: SettingRow, b: SettingRow): number {
  return depthOf(a) - depthOf(b) || (a.path < b.path ? -1 : Number(a.path > b.path))
}

/** A path comes after those that it begins with, as it is longer. */
function depthOf({ registryId, path }: SettingRow): number {
  if (path === OWN) return 2
  return registryId === INSTALLATION_ID ? 0 : 1
}
