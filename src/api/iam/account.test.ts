import { expect, test } from 'bun:test'
import { callQuery } from '../../../test/support/aws-requests.ts'
import { insertIdentities, newUser } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'

test('GetAccountSummary counts what there is', async () => {
  await using registry = await openTestRegistry()
  await insertIdentities(registry, [newUser('bob'), newUser('eve')])
  const { xml } = await callQuery(registry, 'GetAccountSummary')
  for (const entry of ['Users</key><value>2', 'Groups</key><value>0', 'AccessKeysPerUserQuota</key><value>2']) {
    expect(xml).toContain(`<entry><key>${entry}</value></entry>`)
  }
  expect(xml).toContain('<entry><key>AccountAccessKeysPresent</key><value>1</value></entry>')
})

test('ListAccountAliases has none', async () => {
  await using registry = await openTestRegistry()
  const { xml } = await callQuery(registry, 'ListAccountAliases')
  expect(xml).toContain('<AccountAliases></AccountAliases><IsTruncated>false</IsTruncated>')
})

test.each([
  ['ListMFADevices', 'MFADevices'],
  ['ListSSHPublicKeys', 'SSHPublicKeys'],
  ['ListSigningCertificates', 'Certificates'],
  ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
  ['ListVirtualMFADevices', 'VirtualMFADevices'],
])('%s is empty, for a user that is there', async (operation, list) => {
  await using registry = await openTestRegistry()
  await insertIdentities(registry, [newUser('bob')])
  const { xml } = await callQuery(registry, operation, { UserName: 'bob' })
  expect(xml).toContain(`<${operation}Result><${list}></${list}><IsTruncated>false</IsTruncated></${operation}Result>`)
  if (operation === 'ListVirtualMFADevices') return
  expect(await callQuery(registry, operation, { UserName: 'eve' })).toMatchObject({ status: 404, code: 'NoSuchEntity' })
})

test.each(['GetLoginProfile', 'DeleteLoginProfile'])('%s finds none', async (operation) => {
  await using registry = await openTestRegistry()
  await insertIdentities(registry, [newUser('bob')])
  const answer = async (UserName: string) => await callQuery(registry, operation, { UserName })
  const none = { status: 404, code: 'NoSuchEntity' }
  expect(await answer('bob')).toMatchObject({ ...none, message: 'Login Profile for User bob cannot be found.' })
  expect(await answer('eve')).toMatchObject({ ...none, message: 'The user with name eve cannot be found.' })
})
