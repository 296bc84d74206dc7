import { expect } from 'bun:test'
import { callManage, type ManageAnswer } from './manage-requests.ts'
import type { TestRegistry } from './test-registry.ts'

export type SaidSettings = Readonly<Record<string, { readonly value: unknown; readonly locked?: boolean }>>

/** Sets settings of a scope as the root user. @param query says which, such as `?namespace=team/` */
export async function putSettings(
  registry: TestRegistry,
  query: string,
  settings: SaidSettings,
  more: object = {},
): Promise<ManageAnswer> {
  return await callManage(registry, 'PUT', `/settings${query}`, { body: { settings, ...more } })
}

/** The same, which is expected to go well. */
export async function mustPut(registry: TestRegistry, query: string, settings: SaidSettings): Promise<void> {
  const { status, json } = await putSettings(registry, query, settings)
  expect([status, json.error]).toEqual([200, undefined])
}
