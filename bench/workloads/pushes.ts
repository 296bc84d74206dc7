import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeLargeFile } from '../fixtures.ts'
import type { JobResult } from '../load/job.ts'
import { measure } from '../measure.ts'
import type { Contender } from '../servers/contender.ts'
import { FULL, sizeText } from '../sizes.ts'
import { type Bench, FILES_ONLY, type Sample, targetOf, type Workload } from '../workload.ts'

const MB = 1_000_000
const PUSH_REPOSITORY = 'bench/push'
const SIZES = { '1 MB': MB, '10 MB': 10 * MB, '100 MB': 100 * MB } as const

export function takesPushes(contender: Contender): string | undefined {
  return contender.kind === 'files' ? FILES_ONLY : undefined
}

function pushWorkload(size: keyof typeof SIZES, how: 'monolithic' | 'chunked'): Workload {
  const requests = how === 'monolithic' ? 'POST and PUT' : 'POST, chunked PATCH, PUT'
  return {
    id: `push-${size.replace(' ', '').toLowerCase()}-${how}`,
    metrics: [{ id: 'rate', title: `push of ${size}, ${requests}`, unit: 'MB/s', better: 'more' }],
    costUnit: 'GB',
    reasonNotRun: takesPushes,
    async run({ server }, bench) {
      const seed = bench.freshName()
      const job = { kind: 'push-blobs', repository: PUSH_REPOSITORY, seed, how, blobBytes: SIZES[size] } as const
      const push = () => bench.load({ ...job, target: targetOf(server), count: bench.sizes.blobCounts[size] })
      return byteRate(await measure(server.pid, push))
    },
  }
}

const largePush: Workload = {
  id: 'push-1g',
  metrics: [{ id: 'rate', title: `push of ${sizeText(FULL.largeBytes)}, POST and PUT`, unit: 'MB/s', better: 'more' }],
  costUnit: 'GB',
  reasonNotRun: takesPushes,
  async run({ server }, bench) {
    const { path, digest } = await makeLargeFile(join(bench.folder, 'push.bin'), bench.sizes.largeBytes)
    const files = [{ path, digest }]
    const job = { kind: 'push-files', target: targetOf(server), repository: PUSH_REPOSITORY, files } as const
    return byteRate(await measure(server.pid, () => bench.load(job)))
  },
  byHand: hashAndWrite,
}

/** The least that a push can cost: the bytes are in memory already, are hashed, written and synced. In a process of its own, pinned as the servers are. */
async function hashAndWrite(bench: Bench): Promise<Sample> {
  const command = [process.execPath, import.meta.path, join(bench.folder, 'by-hand.bin'), `${bench.sizes.largeBytes}`]
  const child = Bun.spawn([...bench.serverPin, ...command], { stdout: 'pipe', stderr: 'inherit' })
  const seconds = Number(await new Response(child.stdout).text())
  if ((await child.exited) !== 0) throw new Error('sha256-and-write failed')
  const usage = child.resourceUsage()
  const cpuSeconds = Number(usage?.cpuTime.total ?? 0) / 1e6
  return { values: { rate: bench.sizes.largeBytes / 1e6 / seconds }, cpuSeconds, units: bench.sizes.largeBytes / 1e9 }
}

function hashAndWriteNow(path: string, sizeBytes: number): number {
  const block = crypto.getRandomValues(new Uint8Array(65_536))
  const before = performance.now()
  const hash = new Bun.CryptoHasher('sha256')
  const file = openSync(path, 'w')
  for (let written = 0; written < sizeBytes; written += block.length) {
    hash.update(block)
    writeSync(file, block)
  }
  hash.digest()
  fdatasyncSync(file)
  closeSync(file)
  const seconds = (performance.now() - before) / 1000
  rmSync(path)
  return seconds
}

function byteRate({
  result,
  cpuSeconds,
  peakBytes,
}: {
  result: JobResult
  cpuSeconds: number
  peakBytes: number
}): Sample {
  return { values: { rate: result.bytes / 1e6 / result.seconds }, cpuSeconds, units: result.bytes / 1e9, peakBytes }
}

export const PUSHES: readonly Workload[] = [
  pushWorkload('1 MB', 'monolithic'),
  pushWorkload('1 MB', 'chunked'),
  pushWorkload('10 MB', 'monolithic'),
  pushWorkload('10 MB', 'chunked'),
  pushWorkload('100 MB', 'monolithic'),
  pushWorkload('100 MB', 'chunked'),
  largePush,
]

if (import.meta.main) console.log(hashAndWriteNow(Bun.argv[2] ?? '', Number(Bun.argv[3])))
