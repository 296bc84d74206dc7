/**
 * `npm run bench:plans`: how long it takes to plan, to apply and to undo the clean-up of a large repository in SQLite on
 * this disk, and how long whoever pulls meanwhile has to wait. Images are small, and each has a layer of its own. The
 * same pulls are timed while nothing else is done, before and after.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteMetadataStore } from '../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { imageManifest, OCI_MANIFEST, pushBlob } from '../test/support/images.ts'
import { callManage } from '../test/support/manage-requests.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../test/support/test-registry.ts'
import { quantile } from './statistics.ts'

const SIZES = [10_000, 30_000]
const NAME = 'team/app'
const PLANS = `/repositories/${encodeURIComponent(NAME)}/plans`
/** All but ten go. */
const POLICY = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
}
const PULL_EVERY_MS = 5
const IDLE_MS = 3000

for (const images of SIZES) {
  const folder = await mkdtemp(join(tmpdir(), 'lading-bench-'))
  try {
    await measure(images, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measure(images: number, folder: string): Promise<void> {
  const store = await openSqliteMetadataStore({ path: join(folder, 'metadata.db') })
  await using registry = await openTestRegistry({}, store)
  await createRepository(registry, NAME)
  await push(registry, images)
  await timed('nothing else', images, registry, () => Bun.sleep(IDLE_MS))
  let id = ''
  await timed('plan', images, registry, async () => {
    id = (await answered(registry, PLANS, { policy: POLICY })).id
    await finished(registry, id, 'ready')
  })
  for (const [verb, state] of [
    ['apply', 'applied'],
    ['undo', 'undone'],
  ] as const) {
    await timed(verb, images, registry, async () => {
      await answered(registry, `${PLANS}/${id}/${verb}`)
      await finished(registry, id, state)
    })
  }
  await timed('nothing else', images, registry, () => Bun.sleep(IDLE_MS))
}

async function push(registry: TestRegistry, images: number): Promise<void> {
  for (let at = 0; at < images; at++) {
    const image = imageManifest([`layer ${at}`])
    for (const blob of image.blobs) await pushBlob(registry, NAME, blob)
    const headers = { 'content-type': OCI_MANIFEST }
    const { status } = await registry.send('PUT', `/v2/${NAME}/manifests/v${at}`, { body: image.text, headers })
    if (status !== 201) throw new Error(`pushing an image was answered with ${status}`)
    registry.clock.advance(1000)
  }
}

/** Prints how long the work took, and how long the pulls that were due meanwhile. */
async function timed(
  what: string,
  images: number,
  registry: TestRegistry,
  work: () => Promise<unknown>,
): Promise<void> {
  const begun = performance.now()
  let isOver = false
  const [waits] = await Promise.all([
    pullUntil(registry, images - 1, () => isOver),
    work().finally(() => {
      isOver = true
    }),
  ])
  const seconds = (performance.now() - begun) / 1000
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(waits, share).toFixed(1))
  console.log(
    `${images} images, ${what}: ${seconds.toFixed(1)} s; pulls meanwhile p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`,
  )
}

/** @returns how many ms each took since it was due, so that the wait for its turn counts */
async function pullUntil(registry: TestRegistry, image: number, isOver: () => boolean): Promise<number[]> {
  const waits: number[] = []
  while (!isOver()) {
    const dueAt = performance.now() + PULL_EVERY_MS
    await Bun.sleep(PULL_EVERY_MS)
    const { status } = await registry.send('GET', `/v2/${NAME}/manifests/v${image}`)
    if (status !== 200) throw new Error(`a pull was answered with ${status}`)
    waits.push(performance.now() - dueAt)
  }
  return waits
}

async function answered(registry: TestRegistry, path: string, body?: object) {
  const { status, json } = await callManage(registry, 'POST', path, body === undefined ? {} : { body })
  if (status >= 300) throw new Error(`${path} was answered with ${status}: ${JSON.stringify(json)}`)
  return json
}

async function finished(registry: TestRegistry, id: string, state: string): Promise<void> {
  await registry.services.background.idle()
  const { json } = await callManage(registry, 'GET', `${PLANS}/${id}`)
  if (json.state !== state) throw new Error(`the plan is ${json.state}, not ${state}: ${json.note}`)
}
