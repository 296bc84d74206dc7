/**
 * `npm run bench:quota`: images that 50 clients push at once on PostgreSQL into one namespace, with a quota and without.
 * Rounds of both alternate, so that what else the machine does is in both; what counts is the ratio. At the end the sums
 * are checked to the byte.
 */
import { openPostgresMetadataStore } from '../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import type { Digest } from '../src/core/digest.ts'
import { parseNamespacePath } from '../src/core/settings/scope.ts'
import { deleteSetting } from '../src/services/settings/delete-setting.ts'
import { putSettings } from '../src/services/settings/put-settings.ts'
import { countedUsage } from '../test/collection/counted-usage.ts'
import { findPostgres, startPostgres } from '../test/contracts/postgres-server.ts'
import { imageManifest, OCI_MANIFEST, pushBlob } from '../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../test/support/test-registry.ts'
import { median } from './statistics.ts'

const CLIENTS = 50
const ROUNDS = 16
const PUSHES_PER_ROUND = 250
/** Of both pools together: a write for every client. */
const CONNECTIONS = 78
const QUOTA = { bytes: 10 ** 12, images: 10 ** 9 }
const TEAM = { kind: 'namespace', path: parseNamespacePath('team/') } as const

interface Measured {
  readonly perSecond: number[]
}

const binaries = await findPostgres()
if (binaries === undefined) throw new Error('PostgreSQL is not installed')
for (const fsync of ['on', 'off'] as const) {
  const server = await startPostgres(binaries, fsync)
  try {
    for (const repositories of [1, 10]) {
      await server.sql('drop schema public cascade; create schema public')
      await measure(server.url, repositories, fsync)
    }
  } finally {
    await server.stop()
  }
}

async function measure(url: string, count: number, fsync: string): Promise<void> {
  await using registry = await openTestRegistry({}, await openPostgresMetadataStore({ url, connections: CONNECTIONS }))
  const names = Array.from({ length: count }, (_, at) => `team/r${at}`)
  for (const name of names) {
    await createRepository(registry, name)
    for (const blob of imageOf(0).blobs) await pushBlob(registry, name, blob)
  }
  const pushes = pusher(registry, names)
  await pushes(PUSHES_PER_ROUND)
  const [without, within]: [Measured, Measured] = [{ perSecond: [] }, { perSecond: [] }]
  for (let round = 0; round < ROUNDS * 2; round++) {
    // Each first in half of the rounds: a database grows slower.
    const isBounded = (round % 2 === 0) !== round % 4 < 2
    await setQuota(registry, isBounded)
    const perSecond = await pushes(PUSHES_PER_ROUND)
    ;(isBounded ? within : without).perSecond.push(perSecond)
  }
  await setQuota(registry, true)
  await pushes(PUSHES_PER_ROUND)
  await checkSums(registry)
  const [a, b] = [median(without.perSecond), median(within.perSecond)]
  // Of rounds that came one after the other, as the machine may be busier at one time than at another.
  const ratio = median(within.perSecond.map((perSecond, at) => perSecond / (without.perSecond[at] ?? Number.NaN)))
  console.log(
    `fsync ${fsync}, ${count} repositories: ${a.toFixed(0)} pushes/s without a quota, ${b.toFixed(0)} with, ratio ${ratio.toFixed(3)}`,
  )
}

/** @returns pushes a second of so many, by all clients */
function pusher(registry: TestRegistry, names: readonly string[]): (pushes: number) => Promise<number> {
  let next = 0
  const one = async () => {
    const at = next++
    const name = names[at % names.length]
    const path = `/v2/${name}/manifests/t${at}`
    const headers = { 'content-type': OCI_MANIFEST }
    const response = await registry.send('PUT', path, { body: imageOf(at).text, headers })
    if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  }
  return async (pushes) => {
    const end = next + pushes
    const begun = performance.now()
    const client = async () => {
      while (next < end) await one()
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    return pushes / ((performance.now() - begun) / 1000)
  }
}

/** All share a layer and a config; each is another manifest. */
function imageOf(at: number): { text: string; digest: Digest; blobs: string[] } {
  return imageManifest(['base'], { annotations: { at: String(at) } })
}

async function setQuota({ services, caller }: TestRegistry, isBounded: boolean): Promise<void> {
  const settings = [{ name: 'quota' as const, value: QUOTA, locked: false }]
  await putSettings(services, caller, TEAM, { settings, force: false })
  if (!isBounded) await deleteSetting(services, caller, TEAM, 'quota')
}

/** What is counted, what is left, and what anybody can count are the same. */
async function checkSums({ services, caller }: TestRegistry): Promise<void> {
  const { metadata } = services
  const { id: registryId } = caller.registry
  const total = { bytes: 0, images: 0 }
  for (const repository of await metadata.listRepositories(registryId, { limit: 100 })) {
    const { bytes, images } = await countedUsage(metadata, repository)
    total.bytes += bytes
    total.images += images
  }
  const used = await metadata.sumUsage(registryId, TEAM)
  const key = { registryId, scope: TEAM }
  const asked = { bytes: 10 ** 15, images: 10 ** 15 }
  const left = await metadata.transact((transaction) => transaction.takeQuota(key, asked))
  for (const unit of ['bytes', 'images'] as const) {
    if (used[unit] === total[unit] && left?.[unit] === QUOTA[unit] - total[unit]) continue
    throw new Error(`${unit}: counted ${used[unit]}, left ${left?.[unit]}, and there are ${total[unit]}`)
  }
}
