import { expect, test } from 'bun:test'
import { callEcr } from '../../test/support/aws-requests.ts'
import { openTestRegistry } from '../../test/support/test-registry.ts'

test('a session token that is none of ours is refused', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callEcr(registry, 'DescribeRegistry', {}, { sessionToken: 'anything' })
  expect(json.__type).toBe('UnrecognizedClientException')
})

test('a key that is withdrawn stops working at once, although its signing key was remembered', async () => {
  await using registry = await openTestRegistry()
  expect((await callEcr(registry, 'DescribeRegistry')).status).toBe(200)
  const services = { ...registry.services, credentials: { find: async () => undefined } }
  const { json } = await callEcr({ ...registry, services }, 'DescribeRegistry')
  expect(json.__type).toBe('InvalidSignatureException')
})
