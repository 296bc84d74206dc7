import type { ApplyKind } from '../../core/apply/apply-kind.ts'
import { type Declared, type Found, lockPart, nameIn, type Parts, settingPart } from '../../core/apply/declared.ts'
import type { Difference } from '../../core/apply/diff-declared.ts'
import { defaultOf } from '../../core/apply/normal-part.ts'
import type { JsonValue } from '../../core/strict-json.ts'
import { memberOf, textOf } from '../members.ts'
import type { ApplyServer } from './apply-server.ts'
import { pathOf, settingsPath } from './paths.ts'

/** One thing, as it is and as it is wanted. */
export interface Work {
  readonly declared: Declared
  readonly found: Found
  readonly difference: Difference
  /** Whether whoever applies may lose the right to set policies by one. */
  readonly force: boolean
}

/** What was told once, when something was made. */
export interface Secret {
  readonly of: string
  readonly values: Readonly<Record<string, string>>
}

/** Does what a difference says. @throws {CliProblem} at the first refusal; what came before it is done */
export async function carryOut(server: ApplyServer, work: Work): Promise<Secret | undefined> {
  return await CARRY_OUT[work.declared.kind](server, work)
}

const CARRY_OUT: Readonly<Record<ApplyKind, (server: ApplyServer, work: Work) => Promise<Secret | undefined>>> = {
  Account: putAccount,
  OidcProvider: putWhole,
  Webhook: putWhole,
  Registry: putRegistry,
  CreationTemplate: putTemplate,
  Namespace: async (server, work) => await putSettings(server, work),
  Repository: putRepository,
}

async function putAccount(server: ApplyServer, work: Work): Promise<Secret | undefined> {
  const { name: accountId } = work.declared
  const body = Object.fromEntries(wholeParts(work))
  const path = pathOf('Account', accountId)
  if (work.found.exists) {
    await server.manage({ method: 'PATCH', path, body })
    return undefined
  }
  const made = await server.manage({ method: 'POST', path: '/accounts', body: { accountId, name: body.name ?? '' } })
  if (body.state === 'disabled') await server.manage({ method: 'PATCH', path, body: { state: 'disabled' } })
  const key = memberOf(made, 'rootKey')
  const values = {
    accessKeyId: textOf(key, 'accessKeyId') ?? '',
    secretAccessKey: textOf(key, 'secretAccessKey') ?? '',
  }
  return { of: `the root key of account ${accountId}`, values }
}

/** What is replaced as a whole: parts that the file does not speak of are said again. */
async function putWhole(server: ApplyServer, work: Work): Promise<Secret | undefined> {
  const { kind, name } = work.declared
  const body = Object.fromEntries(wholeParts(work))
  const secret = textOf(await server.manage({ method: 'PUT', path: pathOf(kind, name), body }), 'secret')
  return secret === undefined ? undefined : { of: `webhook ${name}`, values: { secret } }
}

async function putRegistry(server: ApplyServer, work: Work): Promise<undefined> {
  await putSettings(server, work)
  for (const { part, becomes } of work.difference.changes) {
    const setting = nameIn('accountSettings', part)
    if (setting !== undefined) {
      const value = becomes ?? defaultOf('Registry', part)
      await server.ecr('PutAccountSetting', { name: setting, value })
    }
    if (part !== 'policy') continue
    if (becomes === undefined) await server.ecr('DeleteRegistryPolicy', {})
    else await server.ecr('PutRegistryPolicy', { policyText: JSON.stringify(work.declared.parts.get(part)) })
  }
}

async function putRepository(server: ApplyServer, work: Work): Promise<undefined> {
  const { name } = work.declared
  const path = `${pathOf('Repository', name)}/resource-tags`
  const tags = changedTags(work)
  if (!work.found.exists)
    await server.manage({ method: 'POST', path: '/repositories', body: { name, resourceTags: tags } })
  await putSettings(server, work)
  // Those that go make room for those that come, of which there are at most so many.
  for (const { part, becomes } of work.difference.changes) {
    const key = nameIn('tags', part)
    if (key === undefined || becomes !== undefined) continue
    await server.manage({ method: 'DELETE', path: `${path}?key=${encodeURIComponent(key)}` })
  }
  if (work.found.exists && tags.length > 0) await server.manage({ method: 'PUT', path, body: { resourceTags: tags } })
}

async function putSettings(server: ApplyServer, { declared, difference, force }: Work): Promise<undefined> {
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

/** A template is changed member by member, and none can be taken away: for that it is made again. */
async function putTemplate(server: ApplyServer, work: Work): Promise<undefined> {
  const { found, declared, difference } = work
  const isPruned = difference.changes.some(({ becomes }) => becomes === undefined)
  const parts = new Map(wholeParts(work))
  const mutability = parts.get('tagMutability')
  const input = {
    prefix: declared.name,
    description: parts.get('description'),
    appliedFor: parts.get('appliedFor'),
    ...(mutability !== undefined && mutabilityInput(mutability)),
    resourceTags: [...parts].flatMap(([part, value]) => {
      const key = nameIn('tags', part)
      return key === undefined ? [] : [{ Key: key, Value: value }]
    }),
    ...(parts.has('repositoryPolicy') && { repositoryPolicy: JSON.stringify(parts.get('repositoryPolicy')) }),
    ...(parts.has('lifecyclePolicy') && { lifecyclePolicy: JSON.stringify(parts.get('lifecyclePolicy')) }),
  }
  if (found.exists && isPruned) await server.ecr('DeleteRepositoryCreationTemplate', { prefix: declared.name })
  const verb = found.exists && !isPruned ? 'Update' : 'Create'
  await server.ecr(`${verb}RepositoryCreationTemplate`, input)
}

function mutabilityInput(value: JsonValue): object {
  const filters = memberOf(value, 'exclusionFilters')
  const given = Array.isArray(filters) ? filters.map((filter) => ({ filterType: 'WILDCARD', filter })) : []
  return {
    imageTagMutability: memberOf(value, 'mode'),
    ...(given.length > 0 && { imageTagMutabilityExclusionFilters: given }),
  }
}

function changedTags({ declared, difference }: Work): { key: string; value: JsonValue }[] {
  return difference.changes.flatMap(({ part }) => {
    const key = nameIn('tags', part)
    const value = declared.parts.get(part)
    return key === undefined || value === undefined ? [] : [{ key, value }]
  })
}

/** All parts of a thing when it is as it is wanted, with their defaults. */
function wholeParts({ declared, found, difference }: Work): [string, JsonValue][] {
  const gone = new Set(difference.changes.flatMap(({ part, becomes }) => (becomes === undefined ? [part] : [])))
  const names = new Set([...found.parts.keys(), ...declared.parts.keys()])
  return [...names].flatMap((part): [string, JsonValue][] => {
    const value = gone.has(part) ? defaultOf(declared.kind, part) : (declared.parts.get(part) ?? found.parts.get(part))
    return value === undefined ? [] : [[part, value]]
  })
}
