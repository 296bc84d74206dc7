import { expect, test } from 'bun:test'
import { auditRecords } from '../../test/support/audit-records.ts'
import { openTestRegistry, type TestRegistry } from '../../test/support/test-registry.ts'
import { Metrics } from '../adapters/metrics/metrics.ts'
import { auditSigner } from '../services/audit/audit-signer.ts'
import { checkpointAudit } from '../services/audit/checkpoint-audit.ts'
import { sealAudit } from '../services/audit/seal-audit.ts'
import { CollectionMemory } from '../services/collection/collection-memory.ts'
import { backgroundJobs } from './background-jobs.ts'
import { readConfig } from './config.ts'

const DAY_MS = 24 * 3_600_000

async function signed({ services }: TestRegistry): Promise<void> {
  await services.audit.flush()
  await sealAudit(services)
  await checkpointAudit(services, auditSigner(services.keys))
}

test('records of the audit trail go when they are as old as is set, and not before', async () => {
  await using registry = await openTestRegistry()
  const { services, clock } = registry
  await services.metadata.transact((transaction) => transaction.ensureInstallation('here'))
  const jobs = backgroundJobs({
    services,
    config: readConfig({ LADING_AUDIT_RETENTION: '30d' }),
    memory: new CollectionMemory(),
    log: { write: () => {}, writes: () => false },
    metrics: new Metrics(),
    isQuiet: () => true,
  })
  const job = jobs.find(({ name }) => name === 'retain-audit')
  const retain = async () => await job?.run(new AbortController().signal)
  expect(job?.intervalMs).toBe(DAY_MS)
  await registry.send('GET', '/v2/_catalog')
  await signed(registry)
  clock.advance(29 * DAY_MS)
  await registry.send('GET', '/v2/_catalog')
  await signed(registry)
  expect(await retain()).toBeUndefined()
  clock.advance(DAY_MS + 1)
  expect(await retain()).toEqual({ deleted: 1 })
  expect(await auditRecords(services)).toHaveLength(1)
})
