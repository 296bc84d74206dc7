import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

const ACCOUNT = '000000000000'
const Url = 'https://token.actions.githubusercontent.com'
const OpenIDConnectProviderArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`
const CLUSTER_ISSUER = 'https://kubernetes.default.svc.cluster.local'

test('a provider is made, told, changed and deleted', async () => {
  await using server = await openIamServer()
  const { client } = server
  const made = await client.send(
    new sdk.CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['sts.amazonaws.com', 'sts.amazonaws.com'] }),
  )
  expect(made.OpenIDConnectProviderArn).toBe(OpenIDConnectProviderArn)
  const clientId = (ClientID: string) => ({ OpenIDConnectProviderArn, ClientID })
  await client.send(new sdk.AddClientIDToOpenIDConnectProviderCommand(clientId('lading')))
  await client.send(new sdk.RemoveClientIDFromOpenIDConnectProviderCommand(clientId('sts.amazonaws.com')))
  await client.send(new sdk.RemoveClientIDFromOpenIDConnectProviderCommand(clientId('unknown')))
  const ThumbprintList = ['0123456789abcdef0123456789abcdef01234567']
  const thumbprints = { OpenIDConnectProviderArn, ThumbprintList }
  await client.send(new sdk.UpdateOpenIDConnectProviderThumbprintCommand(thumbprints))
  const Tags = [{ Key: 'team', Value: 'blue' }]
  await client.send(new sdk.TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }))
  expect(await client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))).toMatchObject({
    Url: 'token.actions.githubusercontent.com',
    ClientIDList: ['lading'],
    ThumbprintList,
    Tags,
  })
  const tags = await client.send(new sdk.ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn }))
  expect(tags.Tags).toEqual(Tags)
  await client.send(new sdk.UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['team'] }))
  const again = client.send(new sdk.CreateOpenIDConnectProviderCommand({ Url }))
  await expect(again).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: `Provider with url ${Url} already exists.`,
  })
  const remove = () => client.send(new sdk.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  await remove()
  await remove()
  const get = client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  await expect(get).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
  })
})

test('two clusters have one issuer and names of their own, which a role trusts apart', async () => {
  await using server = await openIamServer()
  const { client } = server
  const arns: (string | undefined)[] = []
  for (const name of ['blue', 'green/eu']) {
    const Tags = [{ Key: 'lading:name', Value: name }]
    const made = await client.send(new sdk.CreateOpenIDConnectProviderCommand({ Url: CLUSTER_ISSUER, Tags }))
    expect(made.Tags).toEqual(Tags)
    arns.push(made.OpenIDConnectProviderArn)
  }
  expect(arns).toEqual(['blue', 'green/eu'].map((name) => `arn:aws:iam::${ACCOUNT}:oidc-provider/${name}`))
  const OpenIDConnectProviderArn = arns[0]
  for (const command of [
    new sdk.TagOpenIDConnectProviderCommand({
      OpenIDConnectProviderArn,
      Tags: [{ Key: 'lading:name', Value: 'green' }],
    }),
    new sdk.UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['LADING:NAME'] }),
  ]) {
    // Both answer nothing, which is all that is looked at.
    await expect(client.send(command as sdk.TagOpenIDConnectProviderCommand)).rejects.toMatchObject({
      message: expect.stringContaining('lading:name'),
    })
  }
  const { OpenIDConnectProviderList } = await client.send(new sdk.ListOpenIDConnectProvidersCommand({}))
  expect(OpenIDConnectProviderList?.map(({ Arn }) => Arn)).toEqual(arns)
  for (const OpenIDConnectProviderArn of arns) {
    const found = await client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
    expect(found.Url).toBe('kubernetes.default.svc.cluster.local')
  }
  const Statement = { Effect: 'Allow', Principal: { Federated: arns[1] }, Action: 'sts:AssumeRoleWithWebIdentity' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  const { Role } = await client.send(new sdk.CreateRoleCommand({ RoleName: 'pod', AssumeRolePolicyDocument }))
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(AssumeRolePolicyDocument)
})

test.each([
  'http://issuer.example',
  'https://',
  'https://user:secret@issuer.example',
  'https://issuer.example?x=1',
  'https://issuer.example#x',
  'https://issuer.example/a/../b',
  'https://issuer.example//a',
  'https://issuer.example/%2e%2e',
  'https://issuer.example\\a',
  'https://issuer.example/ä',
  'https://issuer.example:99999',
  'https://issuer.example:443',
  `https://issuer.example/${'x'.repeat(255)}`,
  'javascript:alert(1)',
])('%s is no issuer', async (url) => {
  await using server = await openIamServer()
  const create = server.client.send(new sdk.CreateOpenIDConnectProviderCommand({ Url: url }))
  await expect(create).rejects.toMatchObject({ name: 'ValidationError' })
})

test('limits: client ids, thumbprints, names', async () => {
  await using server = await openIamServer()
  const { client } = server
  const create = (more: Partial<sdk.CreateOpenIDConnectProviderCommandInput>) =>
    client.send(new sdk.CreateOpenIDConnectProviderCommand({ Url, ...more }))
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`)
  for (const more of [
    { ClientIDList: ids(101) },
    { ClientIDList: ['x'.repeat(256)] },
    { ThumbprintList: ['0123'] },
    { ThumbprintList: ['z'.repeat(40)] },
    { Tags: [{ Key: 'lading:name', Value: '' }] },
    { Tags: [{ Key: 'lading:name', Value: '../x' }] },
    { Tags: [{ Key: 'lading:name', Value: 'a b' }] },
  ]) {
    await expect(create(more)).rejects.toMatchObject({ name: 'ValidationError' })
  }
  await create({ ClientIDList: ids(100) })
  const add = new sdk.AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'another' })
  await expect(client.send(add)).rejects.toMatchObject({ name: 'LimitExceededException' })
})
