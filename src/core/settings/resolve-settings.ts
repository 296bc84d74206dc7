import type { Scope } from './scope.ts'
import { JOIN_RULES, type JoinRule, SETTING_NAMES, type Setting, type SettingName } from './settings.ts'

/** A setting as a scope says it. */
export type SaidSetting<Name extends SettingName = SettingName> = Setting<Name> & {
  readonly scope: Scope
  /** Whether scopes below cannot weaken it. */
  readonly locked: boolean
}

/** What is in force for one scope, farthest first; nothing where nobody has said anything, and the default counts. */
export type EffectiveSettings = { readonly [Name in SettingName]: readonly SaidSetting<Name>[] }

/**
 * What the settings of a scope and of all above it come to (docs/namespaces.md).
 *
 * @param chain what all of them say, farthest scope first
 */
export function resolveSettings(chain: readonly SaidSetting[]): EffectiveSettings {
  const effective: Record<string, readonly SaidSetting[]> = {}
  for (const name of SETTING_NAMES) {
    effective[name] = inForce(
      chain.filter((said) => said.name === name),
      JOIN_RULES[name],
    )
  }
  // Every name got what was said under it.
  return effective as unknown as EffectiveSettings
}

function inForce(said: readonly SaidSetting[], rule: JoinRule): readonly SaidSetting[] {
  const nearest = said.at(-1)
  switch (rule) {
    case 'each':
      return said
    case 'joined':
      return said.filter((one) => one.locked || one === nearest)
    case 'one': {
      const stands = said.find(({ locked }) => locked) ?? nearest
      return stands === undefined ? [] : [stands]
    }
  }
}

/** Whether any of them says so. */
export function isOn(said: readonly SaidSetting<'scanOnPush' | 'deletionProtection'>[]): boolean {
  return said.some(({ value }) => value)
}
