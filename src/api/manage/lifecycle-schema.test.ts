import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'

const DOCS = join(import.meta.dir, '../../../docs')
const PATH = '/schemas/lifecycle-policy-v1.json'

test('the schema of lifecycle policies is answered at the address that docs/lifecycle.md has', async () => {
  await using registry = await openTestRegistry()
  const { status, json } = await callManage(registry, 'GET', PATH)
  expect(status).toBe(200)
  expect(json).toEqual(await Bun.file(join(DOCS, 'schemas/lifecycle-policy-v1.json')).json())
  expect(await Bun.file(join(DOCS, 'lifecycle.md')).text()).toContain(`/api/v1${PATH}"`)
})

test('nothing but GET is there', async () => {
  await using registry = await openTestRegistry()
  const { status, headers } = await callManage(registry, 'PUT', PATH, { body: {} })
  expect([status, headers.get('allow')]).toEqual([405, 'GET'])
})
