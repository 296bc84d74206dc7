import { blobPath, type Fixtures, manifestPath, PULL_TAG } from '../fixtures.ts'
import { MANIFEST_TYPE } from '../load/content.ts'
import { runWrk } from '../load/run-load.ts'
import { measure } from '../measure.ts'
import { FULL, sizeText } from '../sizes.ts'
import { targetOf, type Workload } from '../workload.ts'

interface ReadSpec {
  readonly id: string
  readonly title: string
  readonly connections: number
  path(fixtures: Fixtures): string
}

const byTag = () => manifestPath(PULL_TAG)
const byDigest = (fixtures: Fixtures) => manifestPath(fixtures.manifest.digest)
const smallBlob = (fixtures: Fixtures) => blobPath(fixtures.small.digest)
const mediumBlob = (fixtures: Fixtures) => blobPath(fixtures.medium.digest)

/** GETs of what is in the page cache, by wrk. */
const gets: readonly ReadSpec[] = [
  { id: 'blob-get-1k', title: 'blob GET, 1 KiB', connections: 16, path: smallBlob },
  { id: 'blob-get-1m', title: 'blob GET, 1 MiB', connections: 8, path: mediumBlob },
  { id: 'manifest-get-tag', title: 'manifest GET by tag, 1 KiB', connections: 16, path: byTag },
  { id: 'manifest-get-digest', title: 'manifest GET by digest, 1 KiB', connections: 16, path: byDigest },
]

const heads: readonly ReadSpec[] = [
  { id: 'manifest-head-tag', title: 'manifest HEAD by tag', connections: 16, path: byTag },
  { id: 'manifest-head-digest', title: 'manifest HEAD by digest', connections: 16, path: byDigest },
  { id: 'blob-head', title: 'blob HEAD', connections: 16, path: smallBlob },
]

function getWorkload({ id, title, connections, path }: ReadSpec): Workload {
  return {
    id,
    metrics: [{ id: 'rate', title: `${title}, ${connections} connections`, unit: 'req/s', better: 'more' }],
    costUnit: 'request',
    async run({ server }, bench) {
      const load = { connections, seconds: bench.sizes.wrkSeconds, accept: MANIFEST_TYPE }
      const get = () => runWrk(targetOf(server), path(bench.fixtures), load, bench.loadPin)
      const { result, cpuSeconds, peakBytes } = await measure(server.pid, get)
      return { values: { rate: result.requestsPerSecond }, cpuSeconds, units: result.requests, peakBytes }
    },
  }
}

function headWorkload({ id, title, connections, path }: ReadSpec): Workload {
  return {
    id,
    metrics: [{ id: 'rate', title: `${title}, ${connections} connections`, unit: 'req/s', better: 'more' }],
    costUnit: 'request',
    async run({ server }, bench) {
      const seconds = bench.sizes.wrkSeconds
      const target = targetOf(server)
      const head = () => bench.load({ kind: 'heads', target, path: path(bench.fixtures), connections, seconds })
      const { result, cpuSeconds, peakBytes } = await measure(server.pid, head)
      return { values: { rate: result.done / result.seconds }, cpuSeconds, units: result.done, peakBytes }
    },
  }
}

const largeGet: Workload = {
  id: 'blob-get-1g',
  metrics: [{ id: 'rate', title: `blob GET, ${sizeText(FULL.largeBytes)}, one socket`, unit: 'MB/s', better: 'more' }],
  costUnit: 'GB',
  async run({ server }, bench) {
    const path = blobPath(bench.fixtures.large.digest)
    const get = () => bench.load({ kind: 'download', target: targetOf(server), path })
    const { result, cpuSeconds, peakBytes } = await measure(server.pid, get)
    return { values: { rate: result.bytes / 1e6 / result.seconds }, cpuSeconds, units: result.bytes / 1e9, peakBytes }
  },
}

export const READS: readonly Workload[] = [...gets.map(getWorkload), largeGet, ...heads.map(headWorkload)]
