import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openPostgresMetadataStore } from '../../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { findPostgres, startPostgres } from '../contracts/postgres-server.ts'
import { pushBlob } from '../support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const AT_ONCE = 40
const binaries = await findPostgres()
const server = binaries === undefined ? undefined : await startPostgres(binaries)

describe.skipIf(server === undefined)('one layer that everybody wants, on PostgreSQL', () => {
  let registry: TestRegistry
  beforeEach(async () => {
    if (server === undefined) throw new Error('PostgreSQL is not there')
    await server.sql('drop schema public cascade; create schema public')
    registry = await openTestRegistry({ blobLeaseMs: 1000 }, await openPostgresMetadataStore({ url: server.url }))
    await createRepository(registry, 'base/image')
  })
  afterEach(async () => await registry[Symbol.asyncDispose]())
  afterAll(async () => await server?.stop())

  async function statuses(requests: readonly Promise<Response>[]): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { status } of await Promise.all(requests)) counts[status] = (counts[status] ?? 0) + 1
    return counts
  }

  test('is mounted into many repositories at once', async () => {
    const digest = await pushBlob(registry, 'base/image', 'base layer')
    const targets = Array.from({ length: AT_ONCE }, (_, index) => `team/app-${index}`)
    for (const target of targets) await createRepository(registry, target)
    registry.clock.advance(999)
    const mounts = targets.map((target) =>
      registry.send('POST', `/v2/${target}/blobs/uploads/?mount=${digest}&from=base/image`),
    )
    expect(await statuses(mounts)).toEqual({ 201: AT_ONCE })
  })

  test('is asked for by many at once when its lease is nearly over', async () => {
    const digest = await pushBlob(registry, 'base/image', 'base layer')
    registry.clock.advance(999)
    const heads = Array.from({ length: AT_ONCE }, () => registry.send('HEAD', `/v2/base/image/blobs/${digest}`))
    expect(await statuses(heads)).toEqual({ 200: AT_ONCE })
  })
})
