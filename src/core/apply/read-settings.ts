import { JOIN_RULES, MOST_RESTORE_DAYS, SETTING_NAMES, type SettingName } from '../settings/settings.ts'
import type { JsonValue } from '../strict-json.ts'
import { lockPart, settingPart } from './declared.ts'
import { invalidAt, type Place, type Read } from './place.ts'
import { choiceOf, listOf, Members, numberUpTo, readCount, readFlag, readObject, textLike } from './read-value.ts'

const MODES = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const
const MOST_FILTERS = 5

/** ecr.md section 3, as `TAG_FILTER` has it. */
const readFilter = textLike(
  /^(?=[^*]*(?:\*[^*]*){0,2}$)[0-9a-zA-Z._*-]{1,128}$/,
  '1 to 128 letters, digits or ._*-, at most two of them *',
)

export const readTagMutability: Read<JsonValue> = (place) => {
  const members = new Members(place, ['mode', 'exclusionFilters'])
  const mode = members.required('mode', choiceOf(MODES))
  const filters = members.optional('exclusionFilters', listOf(readFilter, { most: MOST_FILTERS })) ?? []
  if (mode.endsWith('_WITH_EXCLUSION') === filters.length > 0) return { mode, exclusionFilters: filters }
  throw invalidAt(place.path, 'exclusionFilters belong to the modes WITH_EXCLUSION, and those need 1 to 5')
}

const readQuota: Read<JsonValue> = (place) => {
  const members = new Members(place, ['bytes', 'images'])
  const bytes = members.optional('bytes', readCount)
  const images = members.optional('images', readCount)
  if (bytes === undefined && images === undefined) throw invalidAt(place.path, 'expected bytes, images or both')
  return { ...(bytes !== undefined && { bytes }), ...(images !== undefined && { images }) }
}

const readBrake: Read<JsonValue> = (place) => {
  const members = new Members(place, ['share', 'floor'])
  return { share: members.required('share', numberUpTo(1)), floor: members.required('floor', readCount) }
}

const readWindow: Read<JsonValue> = (place) => {
  return { days: new Members(place, ['days']).required('days', numberUpTo(MOST_RESTORE_DAYS)) }
}

/** Policies are objects here; of what stands in them, `checkDeclared` says more. */
const VALUES: Readonly<Record<SettingName, Read<JsonValue>>> = {
  lifecyclePolicy: readObject,
  tagMutability: readTagMutability,
  tagRules: readObject,
  scanOnPush: readFlag,
  repositoryPolicy: readObject,
  deletionProtection: readFlag,
  quota: readQuota,
  lifecycleBrake: readBrake,
  restoreWindow: readWindow,
}

const LOCKABLE = SETTING_NAMES.filter((name) => JOIN_RULES[name] !== 'each')
const readLocked = listOf(choiceOf(LOCKABLE), { most: LOCKABLE.length, isSet: true })

/** @param settings of a scope; @param locked which of them are locked, where what is below can be kept from weakening */
export function readSettings(settings: Place, locked: Place | undefined): [string, JsonValue][] {
  const members = new Members(settings.value === undefined ? { ...settings, value: {} } : settings, SETTING_NAMES)
  const said = SETTING_NAMES.filter((name) => members.has(name))
  const names = locked?.value === undefined ? [] : readLocked(locked)
  const idle = names.findIndex((name) => !said.includes(name))
  if (idle >= 0) throw invalidAt([...(locked?.path ?? []), idle], `there is no settings.${names[idle]} to lock`)
  return said.flatMap((name): [string, JsonValue][] => {
    const value = VALUES[name](members.place(name))
    const isLockable = locked !== undefined && LOCKABLE.includes(name)
    return isLockable
      ? [
          [settingPart(name), value],
          [lockPart(name), names.includes(name)],
        ]
      : [[settingPart(name), value]]
  })
}
