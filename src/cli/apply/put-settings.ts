import { lockPart, nameIn, type Parts, settingPart } from '../../core/apply/declared.ts'
import type { JsonValue } from '../../core/strict-json.ts'
import type { ApplyServer } from './apply-server.ts'
import { settingsPath } from './paths.ts'
import type { Work } from './work.ts'

/** Says a scope's settings anew where they differ, all in one request, and takes back those that go. */
export async function putSettings(server: ApplyServer, { declared, difference, force }: Work): Promise<undefined> {
  const { kind, name, parts } = declared
  const names = difference.changes.map(({ part }) => nameIn('settings', part) ?? nameIn('locked', part))
  const changed = [...new Set(names.filter((one) => one !== undefined))]
  const settings = changed.flatMap((setting) => {
    const value = parts.get(settingPart(setting))
    return value === undefined ? [] : [[setting, { value: asSent(setting, value), ...lockOf(parts, setting) }] as const]
  })
  if (settings.length > 0) {
    const body = { settings: Object.fromEntries(settings), ...(force && { force }) }
    await server.manage({ method: 'PUT', path: settingsPath(kind, name), body })
  }
  for (const setting of changed.filter((one) => !parts.has(settingPart(one)))) {
    await server.manage({ method: 'DELETE', path: settingsPath(kind, name, `/${setting}`) })
  }
}

function lockOf(parts: Parts, setting: string): { readonly locked?: JsonValue } {
  const locked = parts.get(lockPart(setting))
  return locked === undefined ? {} : { locked }
}

/** Policies are texts there. */
function asSent(setting: string, value: JsonValue): JsonValue {
  return setting === 'lifecyclePolicy' || setting === 'repositoryPolicy' ? JSON.stringify(value) : value
}
