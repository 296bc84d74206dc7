import { Refusal } from '../refusal.ts'
import { checkLifecyclePolicy, checkTagRules } from './check-policy-texts.ts'
import type { Scope } from './scope.ts'
import type { Setting } from './settings.ts'
import { JOIN_RULES } from './settings.ts'

/**
 * What is wrong with a setting beyond its shape. Policies of repositories are checked where they are saved, as that
 * takes knowing who is in them.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function checkSetting(scope: Scope, setting: Setting, locked: boolean): void {
  if (locked && scope.kind === 'repository') throw invalid('a repository has nothing below it to lock a setting for')
  if (locked && JOIN_RULES[setting.name] === 'each') {
    throw invalid(`${setting.name} counts for all that is below in any case, and cannot be locked`)
  }
  if (setting.name === 'lifecyclePolicy') checkLifecyclePolicy(setting.value)
  if (setting.name === 'tagRules') checkTagRules(setting.value)
  if (setting.name === 'quota' && setting.value.bytes === undefined && setting.value.images === undefined) {
    throw invalid('a quota has bytes, images or both')
  }
}

function invalid(problem: string): Refusal {
  return new Refusal('parameter-invalid', `Invalid setting: ${problem}.`)
}
