import { Refusal } from '../refusal.ts'
import type { SaidSetting } from './resolve-settings.ts'
import { describeScope } from './scope.ts'
import { JOIN_RULES, type Setting, type SettingValues } from './settings.ts'
import { isAsStrict } from './stricter-mutability.ts'

/**
 * Keeps a scope from saying what a locked one above does not let through. It would have no effect there, and whoever said
 * it would believe that it had.
 *
 * @param above what the scopes above say
 * @throws {Refusal} `setting-locked`, naming the scope
 */
export function refuseWeaker(above: readonly SaidSetting[], setting: Setting): void {
  const locked = above.filter((said) => said.locked && said.name === setting.name)
  const weakened = locked.find((said) => !isAllowedBelow(setting, said))
  if (weakened === undefined) return
  const hint = JOIN_RULES[setting.name] === 'one' ? 'Another one cannot be set' : 'A weaker one cannot be set'
  throw new Refusal(
    'setting-locked',
    `The setting ${setting.name} is locked by ${describeScope(weakened.scope)}. ${hint} below it; change it there, or have it unlocked.`,
    { scope: weakened.scope, setting: setting.name },
  )
}

function isAllowedBelow(setting: Setting, locked: SaidSetting): boolean {
  switch (setting.name) {
    case 'tagMutability':
      // The caller compares settings of one name.
      return isAsStrict(setting.value, locked.value as SettingValues['tagMutability'])
    case 'scanOnPush':
    case 'deletionProtection':
      return setting.value || locked.value === false
    default:
      // What else is joined applies beside the locked one; of the others the locked one alone stands.
      return JOIN_RULES[setting.name] !== 'one'
  }
}
