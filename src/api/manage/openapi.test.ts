import { expect, test } from 'bun:test'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { MANAGE_TABLE } from './table.ts'

test('openapi.json describes every row: its address, what it takes and what it answers', async () => {
  await using registry = await openTestRegistry()
  const { status, json } = await callManage(registry, 'GET', '/openapi.json')
  expect([status, json.openapi, json.info.version]).toEqual([200, '3.1.1', '9.9.9'])
  for (const row of Object.values(MANAGE_TABLE)) {
    const described = json.paths[row.path][row.method]
    expect(described.operationId).toBe(row.operation)
    expect(described.description).toContain(row.action)
    expect(described.requestBody !== undefined).toBe(row.body !== undefined)
    const content = described.responses[row.status].content
    expect(content !== undefined).toBe(row.output !== undefined)
    const named = described.parameters.filter((one: { in: string }) => one.in === 'path')
    expect(named.map(({ name }: { name: string }) => `{${name}}`)).toEqual(row.path.match(/\{\w+\}/g) ?? [])
  }
  const count = Object.values<object>(json.paths).flatMap((methods) => Object.keys(methods)).length
  expect(count).toBe(Object.keys(MANAGE_TABLE).length)
})

test('a body is described as closed, as it is', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callManage(registry, 'GET', '/openapi.json')
  const { schema } = json.paths['/accounts/{accountId}'].patch.requestBody.content['application/json']
  expect(schema).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 128, description: 'For people; may be empty.' },
      state: { type: 'string', enum: ['enabled', 'disabled'] },
    },
    additionalProperties: false,
  })
  expect(json.components.schemas.Error.required).toEqual(['error'])
})
