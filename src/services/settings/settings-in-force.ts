import { DEFAULT_SCAN_ON_PUSH, DEFAULT_TAG_MUTABILITY } from '../../core/repository-settings.ts'
import {
  type EffectiveSettings,
  isOn,
  resolveSettings,
  type SaidSetting,
} from '../../core/settings/resolve-settings.ts'
import { namespacesOf } from '../../core/settings/scope.ts'
import { joinMutabilities } from '../../core/settings/stricter-mutability.ts'
import type { TagMutability } from '../../core/tag-mutability.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { SettingReads } from '../../ports/metadata/settings.ts'

const DAY_MS = 24 * 3_600_000

/**
 * What is in force for a repository, but for the texts of its own policies. Whoever decides by it asks in the
 * transaction that decides, with the repository locked as it is given: it stays so until the end then.
 */
export async function settingsInForce(
  reader: Pick<SettingReads, 'listSettings'>,
  repository: Repository,
): Promise<EffectiveSettings> {
  const { registryId, name } = repository
  const said = await reader.listSettings(registryId, { namespaces: namespacesOf(name), repository })
  return resolveSettings([...said, ...ownSettings(repository)])
}

/** A page of one registry's repositories with what is to be shown of them, in one query. */
export async function withViews(
  reader: SettingReads,
  repositories: readonly Repository[],
): Promise<{ readonly repository: Repository; readonly inForce: ViewInForce }[]> {
  const [first] = repositories
  if (first === undefined) return []
  const namespaces = [...new Set(repositories.flatMap(({ name }) => namespacesOf(name)))]
  const said = await reader.listSettings(first.registryId, { namespaces })
  return repositories.map((repository) => {
    const inForce = viewOf(resolveSettings([...above(repository, said), ...ownSettings(repository)]))
    return { repository, inForce }
  })
}

export async function viewInForce(reader: SettingReads, repository: Repository): Promise<ViewInForce> {
  return viewOf(await settingsInForce(reader, repository))
}

/** What ECR's API says of a repository's settings. */
export interface ViewInForce {
  readonly tagMutability: TagMutability
  readonly scanOnPush: boolean
}

export function viewOf({ tagMutability, scanOnPush }: EffectiveSettings): ViewInForce {
  return {
    tagMutability:
      tagMutability.length === 0 ? DEFAULT_TAG_MUTABILITY : joinMutabilities(mutabilitiesOf(tagMutability)),
    scanOnPush: scanOnPush.length === 0 ? DEFAULT_SCAN_ON_PUSH : isOn(scanOnPush),
  }
}

export function mutabilitiesOf(said: EffectiveSettings['tagMutability']): readonly TagMutability[] {
  return said.map(({ value }) => value)
}

/** How long what is deleted can be brought back. @param fallbackMs where nobody says anything */
export function restoreWindowMs({ restoreWindow }: EffectiveSettings, fallbackMs: number): number {
  const days = restoreWindow[0]?.value.days
  return days === undefined ? fallbackMs : Math.round(days * DAY_MS)
}

/** What the repository's own row says. */
export function ownSettings({ name, tagMutability, scanOnPush }: Repository): SaidSetting[] {
  const scope = { kind: 'repository', name } as const
  const own: SaidSetting[] = []
  if (tagMutability !== undefined) own.push({ scope, name: 'tagMutability', value: tagMutability, locked: false })
  if (scanOnPush !== undefined) own.push({ scope, name: 'scanOnPush', value: scanOnPush, locked: false })
  return own
}

/** Of what many namespaces say, what those above this one do. */
function above({ name }: Repository, said: readonly SaidSetting[]): readonly SaidSetting[] {
  const paths = new Set(namespacesOf(name))
  return said.filter(({ scope }) => scope.kind !== 'namespace' || paths.has(scope.path))
}
