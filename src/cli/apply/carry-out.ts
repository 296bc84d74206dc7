import type { ApplyKind } from '../../core/apply/apply-kind.ts'
import { nameIn } from '../../core/apply/declared.ts'
import { defaultOf } from '../../core/apply/normal-part.ts'
import { memberOf, textOf } from '../members.ts'
import type { ApplyServer } from './apply-server.ts'
import { pathOf } from './paths.ts'
import { putSettings } from './put-settings.ts'
import { putTemplate } from './put-template.ts'
import { changedTags, type Secret, type Work, wholeParts } from './work.ts'

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
