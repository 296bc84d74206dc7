import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type LargeFile, makeLargeFile } from '../fixtures.ts'
import { measure } from '../measure.ts'
import { type Bench, type Entrant, targetOf, type Workload } from '../workload.ts'
import { takesPushes } from './pushes.ts'

const AT_ONCE = 16
const MIB = 1024 * 1024

let single: LargeFile[] = []
let many: LargeFile[] = []

/** Fresh processes, because one that has worked has room in its heap that would hide the growth. */
export const uploadMemory: Workload = {
  id: 'upload-memory',
  metrics: [
    { id: 'one', title: 'memory growth, one upload of 1 GiB', unit: 'MiB', better: 'less', hasNoRatio: true },
    {
      id: 'many',
      title: `memory growth, ${AT_ONCE} uploads of 256 MiB at once`,
      unit: 'MiB',
      better: 'less',
      hasNoRatio: true,
    },
  ],
  mostRounds: 1,
  reasonNotRun: takesPushes,
  async prepareRound(bench) {
    const make = (name: string, sizeBytes: number) => makeLargeFile(join(bench.folder, name), sizeBytes)
    single = [await make('memory-one.bin', bench.sizes.largeBytes)]
    many = []
    for (let index = 0; index < AT_ONCE; index++)
      many.push(await make(`memory-${index}.bin`, bench.sizes.parallelBytes))
  },
  async run(entrant, bench) {
    const one = await growth(entrant, bench, single)
    return { values: { one, many: await growth(entrant, bench, many) } }
  },
}

async function growth(entrant: Entrant, bench: Bench, large: readonly LargeFile[]): Promise<number> {
  const folder = join(entrant.folder, 'memory')
  const options = { folder, pin: bench.serverPin, readyPath: '/v2/' }
  const server = await entrant.contender.start(options)
  try {
    const target = targetOf(server)
    await bench.load({
      kind: 'push-blobs',
      target,
      repository: 'bench/warm',
      seed: 'warm',
      blobBytes: MIB,
      count: 8,
      how: 'monolithic',
    })
    const files = large.map(({ path, digest }) => ({ path, digest }))
    const push = () => bench.load({ kind: 'push-files', target, repository: 'bench/memory', files })
    const { peakBytes, startBytes } = await measure(server.pid, push)
    return (peakBytes - startBytes) / MIB
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
