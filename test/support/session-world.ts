import { allow, basic, makeRole, makeUser, policy, type TestKey } from './accounts.ts'
import { type AwsSignOptions, callEcr } from './aws-requests.ts'
import { callQuery, credentialOf } from './query-requests.ts'
import type { TestRegistry } from './test-registry.ts'

export type TemporaryKey = Required<Pick<AwsSignOptions, 'accessKeyId' | 'secret' | 'sessionToken'>>

export const roleArnOf = (name: string) => `arn:aws:iam::000000000000:role/${name}`
export const EVERYTHING = policy(allow('*'))

/** Sessions of somebody who may do everything; what is refused to one of them is refused for what it is. */
export interface SessionWorld {
  readonly user: TestKey
  /** A role's, without a session policy. */
  readonly free: TemporaryKey
  /** The same with a session policy that takes nothing away. */
  readonly restricted: TemporaryKey
  /** Of another role, by the restricted one. */
  readonly chained: TemporaryKey
  /** Of a third role, by that. */
  readonly chainedTwice: TemporaryKey
  /** The user itself, by GetSessionToken. */
  readonly own: TemporaryKey
}

export async function makeSessionWorld(registry: TestRegistry): Promise<SessionWorld> {
  const trust = policy({
    Effect: 'Allow',
    Principal: { AWS: '000000000000' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  })
  for (const name of ['first', 'second', 'third']) await makeRole(registry, name, trust, { policies: [EVERYTHING] })
  const { key: user } = await makeUser(registry, 'admin', { policies: [EVERYTHING] })
  const restricted = await assume(registry, user, 'first', { Policy: EVERYTHING })
  const chained = await assume(registry, restricted, 'second')
  return {
    user,
    free: await assume(registry, user, 'first'),
    restricted,
    chained,
    chainedTwice: await assume(registry, chained, 'third'),
    own: credentialOf(await callQuery(registry, 'sts', { Action: 'GetSessionToken' }, user)),
  }
}

/** A session of a role of the default account, or of the one whose ARN is given. */
export async function assume(
  registry: TestRegistry,
  by: AwsSignOptions,
  role: string,
  more: Readonly<Record<string, string>> = {},
): Promise<TemporaryKey> {
  const RoleArn = role.startsWith('arn:') ? role : roleArnOf(role)
  const answer = await callQuery(
    registry,
    'sts',
    { Action: 'AssumeRole', RoleArn, RoleSessionName: 'job', ...more },
    by,
  )
  if (answer.status !== 200) throw new Error(answer.xml)
  return credentialOf(answer)
}

/** What `docker login` sends with a token of GetAuthorizationToken. */
export async function tokenLogin(registry: TestRegistry, by: AwsSignOptions): Promise<string> {
  const { json } = await callEcr(registry, 'GetAuthorizationToken', {}, by)
  const [name = '', password = ''] = atob(json.authorizationData[0].authorizationToken).split(':')
  return basic(name, password)
}
