import { afterEach, beforeEach, expect, test } from 'bun:test'
import { insertIdentities, newRole, newUser } from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { savePolicyText, showPolicyText } from './policy-text.ts'

const OWN = '000000000000'
const OTHER = '111111111111'
const BOB = newUser('bob', { id: 'AIDABOBBOBBOBBOBBOBBO', path: '/team/' })
const CI = { ...newRole('ci'), id: 'AROACICICICICICICICIC' }
const FAR = { ...newRole('far'), id: 'AROAFARFARFARFARFARFA', path: '/x//y/' }

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  const account = { accountId: OTHER, name: '', state: 'enabled', createdAtMs: 1 } as const
  await registry.services.metadata.transact((transaction) => transaction.insertAccount(account))
  await insertIdentities(registry, [BOB, CI], OWN)
  await insertIdentities(registry, [FAR], OTHER)
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

function pulling(principal: unknown): string {
  const statement = { Sid: 'pull', Effect: 'Allow', Principal: principal, Action: ['ecr:BatchGetImage'] }
  return JSON.stringify({ Version: '2008-10-17', Statement: [statement] })
}

const save = async (principal: unknown) =>
  (await savePolicyText(registry.services.metadata, OWN, pulling(principal), 'repository')).text
const show = async (text: string) => await showPolicyText(registry.services.metadata, text)

test('users, roles and sessions are kept by unique id, also those of other accounts, and shown as ARNs', async () => {
  const principal = {
    AWS: [
      `arn:aws:iam::${OWN}:user/team/bob`,
      `arn:aws:iam::${OWN}:role/ci`,
      `arn:aws:iam::${OTHER}:role/x//y/far`,
      `arn:aws:sts::${OTHER}:assumed-role/far/run-1`,
      `arn:aws:iam::${OTHER}:root`,
      OWN,
    ],
  }
  const stored = await save(principal)
  expect(stored).toBe(pulling({ AWS: [BOB.id, CI.id, FAR.id, `${FAR.id}:run-1`, `arn:aws:iam::${OTHER}:root`, OWN] }))
  expect(await show(stored)).toBe(pulling(principal))
  expect(await save({ AWS: BOB.id })).toBe(pulling({ AWS: BOB.id }))
})

test('who is gone is shown by unique id, and one made again under the name is not meant', async () => {
  const stored = await save({ AWS: `arn:aws:iam::${OWN}:role/ci` })
  await registry.services.metadata.transact(async (transaction) => {
    const changes = await transaction.changeIdentities(OWN)
    await changes.delete('role', CI.id)
    await changes.insert({ ...CI, id: 'AROAANOTHERANOTHERANO' })
  })
  expect(await show(stored)).toBe(pulling({ AWS: CI.id }))
  expect(await save({ AWS: `arn:aws:iam::${OWN}:role/ci` })).toBe(pulling({ AWS: 'AROAANOTHERANOTHERANO' }))
})

test('a user who moved is shown where they are now', async () => {
  const stored = await save({ AWS: `arn:aws:iam::${OWN}:user/team/bob` })
  await registry.services.metadata.transact(async (transaction) => {
    const changes = await transaction.changeIdentities(OWN)
    await changes.replace({ ...BOB, name: 'robert', path: '/' })
  })
  expect(await show(stored)).toBe(pulling({ AWS: `arn:aws:iam::${OWN}:user/robert` }))
})

test.each([
  `arn:aws:iam::${OWN}:user/bob`,
  `arn:aws:iam::${OWN}:user/team/Bob`,
  `arn:aws:iam::${OTHER}:user/team/bob`,
  `arn:aws:iam::${OWN}:role/bob`,
  `arn:aws:iam::${OWN}:role/ci/`,
  `arn:aws:sts::${OWN}:assumed-role/nobody/session`,
  'arn:aws:iam::222222222222:root',
  '222222222222',
  'AIDANOBODYNOBODYNOBODY',
  'AROABOBBOBBOBBOBBOBBO',
  `${BOB.id}:session`,
  'arn:aws:iam::000000000000:user/../bob',
])('a policy for %s, who does not exist, is refused', async (principal) => {
  await expect(save({ AWS: [OWN, principal] })).rejects.toMatchObject({ reason: 'policy-malformed' })
})

test('without principals a document is kept to the letter', async () => {
  const text = '{ "Version": "2012-10-17",\n\t"Statement": [ {"Effect":"Allow","Action":"ecr:*","Resource":"*"} ] }'
  const saved = await savePolicyText(registry.services.metadata, OWN, text, 'identity')
  expect(saved.text).toBe(text)
  expect(await show(saved.text)).toBe(text)
})
