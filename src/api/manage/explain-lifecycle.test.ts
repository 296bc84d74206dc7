import { expect, test } from 'bun:test'
import { imageManifest, pushImage } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { createRepository, openTestRegistry } from '../../../test/support/test-registry.ts'
import type { LadingCondition, LadingRule } from '../../core/lifecycle/lading/lading-policy.ts'
import { MANAGE_TABLE } from './table.ts'

test.each<[LadingRule['action'], LadingCondition, object]>([
  ['expire', { olderThan: { days: 7, since: 'pushed' } }, { when: '2026-01-08T00:00:00.000Z' }],
  ['keep', { newerThan: { days: 7, since: 'pushed' } }, { until: '2026-01-08T00:00:00.000Z' }],
  ['expire', { beyond: { count: 3, by: 'pushed' } }, { position: 1, count: 3 }],
  ['keep', { within: { count: 3, by: 'pushed' } }, { position: 1, count: 3 }],
  ['expire', { olderThan: { days: Number.MAX_SAFE_INTEGER, since: 'pushed' } }, {}],
  ['keep', { newerThan: { hours: Number.MAX_SAFE_INTEGER, since: 'pushed' } }, {}],
])('what is to %s by %j is explained with what there is to know of it: %j', async (action, when, expected) => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'app')
  await pushImage(registry, 'app', 'v1', imageManifest(['layer']))
  const rules: LadingRule[] = [{ select: {}, action, when }]
  const body = { reference: 'v1', policy: { version: 'lading/lifecycle/v1', rules } }
  const { status, json } = await callManage(registry, 'POST', '/repositories/app/lifecycle/explain', { body })
  expect(status).toBe(200)
  expect(MANAGE_TABLE.ExplainLifecycle.output?.parse(json)).toEqual(json)
  const known = Object.entries(json).filter(([name]) => ['when', 'until', 'position', 'count'].includes(name))
  expect(Object.fromEntries(known)).toEqual({ ...expected })
})
