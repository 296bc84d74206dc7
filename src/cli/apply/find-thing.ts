import type { ApplyKind } from '../../core/apply/apply-kind.ts'
import { type Found, lockPart, NOTHING_FOUND, settingPart, tagPart } from '../../core/apply/declared.ts'
import type { JsonValue } from '../../core/strict-json.ts'
import { isMembers, listOf, memberOf, textOf } from '../members.ts'
import type { ApplyServer } from './apply-server.ts'
import { pathOf, settingsPath } from './paths.ts'

type FoundParts = [string, JsonValue][]

/** What a server has of a thing, as a file would say it. @throws {CliProblem} */
export async function findThing(server: ApplyServer, kind: ApplyKind, name: string): Promise<Found> {
  return await FIND[kind](server, name)
}

const FIND: Readonly<Record<ApplyKind, (server: ApplyServer, name: string) => Promise<Found>>> = {
  Account: plainThing('Account', ['name', 'state']),
  OidcProvider: plainThing('OidcProvider', ['issuer', 'clientIds', 'keys', 'kubernetesCluster', 'claimTags']),
  Webhook: plainThing('Webhook', ['url', 'format', 'pattern', 'state']),
  Registry: findRegistry,
  CreationTemplate: findTemplate,
  Namespace: async (server, name) => ({ exists: true, parts: new Map(await findSettings(server, 'Namespace', name)) }),
  Repository: findRepository,
}

/** One whose parts are the members of what the management API shows. */
function plainThing(kind: ApplyKind, parts: readonly string[]) {
  return async (server: ApplyServer, name: string): Promise<Found> => {
    const shown = await server.find(pathOf(kind, name))
    if (shown === undefined) return NOTHING_FOUND
    return { exists: true, parts: new Map(parts.flatMap((part) => partOf(shown, part))) }
  }
}

async function findRepository(server: ApplyServer, name: string): Promise<Found> {
  const shown = await server.find(pathOf('Repository', name))
  if (shown === undefined) return NOTHING_FOUND
  const tags = listOf(shown, 'resourceTags').map((tag): [string, JsonValue] => [
    tagPart(textOf(tag, 'key') ?? ''),
    textOf(tag, 'value') ?? '',
  ])
  return { exists: true, parts: new Map([...(await findSettings(server, 'Repository', name)), ...tags]) }
}

const ACCOUNT_SETTINGS = ['BASIC_SCAN_TYPE_VERSION', 'REGISTRY_POLICY_SCOPE', 'BLOB_MOUNTING']

async function findRegistry(server: ApplyServer, name: string): Promise<Found> {
  const parts = await findSettings(server, 'Registry', name)
  const policy = await server.findEcr('GetRegistryPolicy', {}, 'RegistryPolicyNotFoundException')
  if (policy !== undefined) parts.push(['policy', documentOf(memberOf(policy, 'policyText'))])
  for (const setting of ACCOUNT_SETTINGS) {
    const value = textOf(await server.ecr('GetAccountSetting', { name: setting }), 'value')
    if (value !== undefined) parts.push([`accountSettings.${setting}`, value])
  }
  return { exists: true, parts: new Map(parts) }
}

async function findSettings(server: ApplyServer, kind: ApplyKind, name: string): Promise<FoundParts> {
  const shown = await server.manage({ method: 'GET', path: settingsPath(kind, name) })
  return listOf(shown, 'settings').flatMap((setting): FoundParts => {
    const called = textOf(setting, 'name') ?? ''
    const value = memberOf(setting, 'value')
    const isPolicy = called === 'lifecyclePolicy' || called === 'repositoryPolicy'
    const part: FoundParts[number] = [settingPart(called), isPolicy ? documentOf(value) : jsonOf(value)]
    return memberOf(setting, 'locked') === true ? [part, [lockPart(called), true]] : [part]
  })
}

async function findTemplate(server: ApplyServer, name: string): Promise<Found> {
  const input = { prefixes: [name] }
  const shown = await server.findEcr('DescribeRepositoryCreationTemplates', input, 'TemplateNotFoundException')
  const [template] = listOf(shown, 'repositoryCreationTemplates')
  if (template === undefined) return NOTHING_FOUND
  const parts: FoundParts = [
    ...['description', 'appliedFor'].flatMap((part) => partOf(template, part)),
    ['tagMutability', mutabilityOf(template)],
    ...['repositoryPolicy', 'lifecyclePolicy'].flatMap((part): FoundParts => {
      const text = textOf(template, part)
      return text === undefined ? [] : [[part, documentOf(text)]]
    }),
    ...listOf(template, 'resourceTags').map((tag): [string, JsonValue] => [
      tagPart(textOf(tag, 'Key') ?? ''),
      textOf(tag, 'Value') ?? '',
    ]),
  ]
  return { exists: true, parts: new Map(parts) }
}

function mutabilityOf(template: unknown): JsonValue {
  const filters = listOf(template, 'imageTagMutabilityExclusionFilters').map((one) => textOf(one, 'filter') ?? '')
  return { mode: textOf(template, 'imageTagMutability') ?? 'MUTABLE', exclusionFilters: filters }
}

function partOf(shown: unknown, part: string): FoundParts {
  const value = isMembers(shown) ? shown[part] : undefined
  return value === undefined ? [] : [[part, jsonOf(value)]]
}

/** A policy's text as a document; a text that is none stays one. */
function documentOf(text: unknown): JsonValue {
  try {
    return JSON.parse(String(text))
  } catch {
    return String(text)
  }
}

function jsonOf(value: unknown): JsonValue {
  // It came as JSON.
  return value as JsonValue
}
