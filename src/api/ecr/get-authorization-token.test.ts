import { expect, test } from 'bun:test'
import { AWS_HOST, callEcr } from '../../../test/support/aws-requests.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'

const TWELVE_HOURS_SECONDS = 12 * 3600

test('the token logs in for twelve hours, and its password has no colon', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callEcr(registry, 'GetAuthorizationToken')
  const [data, ...others] = json.authorizationData
  expect(others).toEqual([])
  expect(data.expiresAt).toBe(registry.clock.nowMs() / 1000 + TWELVE_HOURS_SECONDS)
  expect(Buffer.from(data.authorizationToken, 'base64').toString().split(':')).toEqual(['AWS', expect.any(String)])

  // The whole token is a Basic parameter as it stands (ecr.md fact 5).
  const login = () => registry.send('GET', '/v2/', { authorization: `Basic ${data.authorizationToken}` })
  expect((await login()).status).toBe(200)
  registry.clock.advance(TWELVE_HOURS_SECONDS * 1000)
  expect((await login()).status).not.toBe(200)
})

test('proxyEndpoint is the address by which the client reached us, or the one that is configured', async () => {
  await using registry = await openTestRegistry()
  const endpoint = async (options: object) =>
    (await callEcr(registry, 'GetAuthorizationToken', {}, options)).json.authorizationData[0].proxyEndpoint
  expect(await endpoint({})).toBe(`http://${AWS_HOST}`)
  expect(await endpoint({ secure: true })).toBe(`https://${AWS_HOST}`)
  expect(await endpoint({ externalUrl: 'https://registry.example' })).toBe('https://registry.example')
})

test('registryIds is deprecated: it only repeats the token, with the address of each registry', async () => {
  await using registry = await openTestRegistry()
  const get = async (registryIds: unknown) => (await callEcr(registry, 'GetAuthorizationToken', { registryIds })).json
  expect((await get(['000000000000', '000000000000'])).authorizationData).toHaveLength(2)
  expect((await get(['999999999999'])).authorizationData[0].proxyEndpoint).toBe(
    `http://999999999999.dkr.ecr.us-east-1.${AWS_HOST}`,
  )
  for (const wrong of [[], ['1'], Array(11).fill('000000000000')]) {
    expect((await get(wrong)).__type).toBe('InvalidParameterException')
  }
})
