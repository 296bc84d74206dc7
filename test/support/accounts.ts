import type { AccessKeyRecord, Role, User } from '../../src/ports/metadata/identity.ts'
import type { Registry } from '../../src/ports/metadata/registries.ts'
import { sealSecret } from '../../src/services/identity/access-key-secret.ts'
import { insertIdentities, newRole, newUser } from './identities.ts'
import type { TestRegistry } from './test-registry.ts'

/** A policy document's text. */
export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

export function allow(action: string | readonly string[], resource: string | readonly string[] = '*'): object {
  return { Effect: 'Allow', Action: action, Resource: resource }
}

export function deny(action: string | readonly string[], resource: string | readonly string[] = '*'): object {
  return { Effect: 'Deny', Action: action, Resource: resource }
}

/** Another account, with its registry in the region of the default one. */
export async function makeAccount({ services, clock }: TestRegistry, accountId: string): Promise<Registry> {
  const { region } = services.defaultRegistry
  return await services.metadata.transact((transaction) => transaction.ensureRegistry(accountId, region, clock.nowMs()))
}

interface Given {
  readonly accountId?: string
  readonly policies?: readonly string[]
  readonly boundaryArn?: string
  readonly tags?: User['tags']
}

const membersOf = ({ clock }: TestRegistry, given: Given) => ({
  createdAtMs: clock.nowMs(),
  tags: given.tags ?? [],
  inlinePolicies: (given.policies ?? []).map((text, index) => ({ name: `policy-${index}`, text })),
  boundaryArn: given.boundaryArn,
})

/** What signs requests, or logs in. */
export interface TestKey {
  readonly accessKeyId: string
  readonly secret: string
}

/** A user with inline policies and an access key. */
export async function makeUser(
  registry: TestRegistry,
  name: string,
  given: Given = {},
): Promise<{ user: User; key: TestKey }> {
  const { services, clock } = registry
  const accountId = given.accountId ?? services.defaultRegistry.accountId
  const user = newUser(name, { id: services.ids.entityId('AIDA'), ...membersOf(registry, given) })
  const key = { accessKeyId: services.ids.entityId('AKIA'), secret: services.ids.secretAccessKey() }
  const record: AccessKeyRecord = {
    kind: 'access-key',
    id: key.accessKeyId,
    ownerId: user.id,
    createdAtMs: clock.nowMs(),
    sealedSecret: sealSecret(services, accountId, key),
    state: 'active',
  }
  await insertIdentities(registry, [user, record], accountId)
  return { user, key }
}

/** A role with inline policies. @param trustPolicy with unique ids for principals, as it is stored */
export async function makeRole(
  registry: TestRegistry,
  name: string,
  trustPolicy: string,
  given: Given = {},
): Promise<Role> {
  const { services } = registry
  const accountId = given.accountId ?? services.defaultRegistry.accountId
  const id = services.ids.entityId('AROA')
  const role = newRole(name, { id, trustPolicy, ...membersOf(registry, given) })
  await insertIdentities(registry, [role], accountId)
  return role
}

/** An `Authorization` header. */
export function basic(user: string, password: string): string {
  return `Basic ${btoa(`${user}:${password}`)}`
}
