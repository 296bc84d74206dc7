import { expect, test } from 'bun:test'
import { insertIdentities, newUser, runIam } from '../../../test/support/identities.ts'
import { ANONYMOUS, openTestRegistry } from '../../../test/support/test-registry.ts'
import { type Principal, rootPrincipal } from '../../core/principal.ts'
import { errorShape } from './answers.ts'
import { toTree } from './parameters.ts'
import { IAM, STS } from './query-api.ts'
import { runAction } from './run-action.ts'

/** Input that every operation accepts, so that only who asks can be the reason for a "no". */
const INPUT: readonly (readonly [name: string, value: string])[] = Object.entries({
  UserName: 'bob',
  GroupName: 'devs',
  AccessKeyId: 'AKIATESTTESTTESTTEST',
  Status: 'Inactive',
  'Tags.member.1.Key': 'team',
  'Tags.member.1.Value': 'blue',
  'TagKeys.member.1': 'team',
  RoleName: 'builder',
  AssumeRolePolicyDocument: '{}',
  Description: '',
  PolicyName: 'p',
  PolicyArn: 'arn:aws:iam::000000000000:policy/p',
  PolicyDocument: '{}',
  PermissionsBoundary: 'arn:aws:iam::000000000000:policy/p',
  VersionId: 'v1',
  Url: 'https://issuer.example',
  OpenIDConnectProviderArn: 'arn:aws:iam::000000000000:oidc-provider/issuer.example',
  ClientID: 'client',
  'ThumbprintList.member.1': '0'.repeat(40),
  PolicySourceArn: 'arn:aws:iam::000000000000:user/bob',
  'PolicyInputList.member.1': '{}',
  'ActionNames.member.1': 'ecr:PutImage',
})

/** Needs no permission at all. */
const FREE = ['GetCallerIdentity']

const STRANGERS: readonly [string, Principal][] = [
  ['nobody', ANONYMOUS],
  ['the root user of another account', rootPrincipal('999999999999', 'AKIAOTHER')],
]

test.each(STRANGERS)('no operation does anything for %s', async (_, principal) => {
  await using registry = await openTestRegistry()
  const call = { services: registry.services, caller: { ...registry.caller, principal }, notePolicyFindings: () => {} }
  let changes = 0
  const { metadata } = registry.services
  // Counts, and passes on: what is refused must not even begin to write.
  const transact = metadata.transact.bind(metadata)
  metadata.transact = (work) => {
    changes++
    return transact(work)
  }
  for (const api of [STS, IAM]) {
    for (const action of Object.values(api.table)) {
      if (action.isUnsigned || FREE.includes(action.operation)) continue
      const parameters = toTree(INPUT)
      const ended = runAction(api, action, { call, parameters })
      await expect(ended.then(() => action.operation)).rejects.toMatchObject({ reason: 'denied' })
      expect(errorShape(api, 'denied', action.errors)).toEqual({ code: 'AccessDenied', status: 403 })
    }
  }
  expect(changes).toBe(0)
})

test('what a stranger is told of a user does not depend on whether there is one', async () => {
  await using registry = await openTestRegistry()
  await insertIdentities(registry, [newUser('bob', { path: '/secret/' })])
  const told = async (operation: string, name: string) => {
    const input = { ...Object.fromEntries(INPUT), UserName: name, NewPath: '/new/' }
    const ended = runIam(registry, ANONYMOUS, operation, input)
    const message = await ended.then(String, (error: Error) => error.message)
    expect(message).toContain('is not authorized to perform')
    return message.replaceAll(name, 'NAME')
  }
  for (const operation of ['GetUser', 'UpdateUser', 'DeleteUser', 'CreateAccessKey', 'ListGroupsForUser']) {
    expect(await told(operation, 'bob')).toEqual(await told(operation, 'eve'))
  }
})
