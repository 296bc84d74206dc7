import { measure } from '../measure.ts'
import { quantile } from '../statistics.ts'
import { targetOf, type Workload } from '../workload.ts'
import { takesPushes } from './pushes.ts'

const LAYER_BYTES = 1_000_000
const MIXED_CLIENTS = 10

function imagesWorkload(clients: number): Workload {
  return {
    id: `images-${clients}`,
    metrics: [
      { id: 'rate', title: `images of 1 MB, ${clients} clients, one repository`, unit: 'images/s', better: 'more' },
      { id: 'p99', title: `… time of one push, p99`, unit: 'ms', better: 'less' },
    ],
    costUnit: 'image',
    reasonNotRun: takesPushes,
    async run({ server }, bench) {
      const images = Math.min(clients * bench.sizes.imagesPerClient, 200)
      const seed = bench.freshName()
      const job = {
        kind: 'push-images',
        repository: 'bench/images',
        layerBytes: LAYER_BYTES,
        clients,
        images,
        seed,
      } as const
      const push = () => bench.load({ ...job, target: targetOf(server) })
      const { result, cpuSeconds, peakBytes } = await measure(server.pid, push)
      const p99 = quantile(result.latenciesMs.push ?? [], 0.99)
      return { values: { rate: images / result.seconds, p99 }, cpuSeconds, units: images, peakBytes }
    },
  }
}

const mixed: Workload = {
  id: 'mixed',
  metrics: [
    {
      id: 'rate',
      title: `75 % pulls, 25 % pushes of 1 MB images, ${MIXED_CLIENTS} clients`,
      unit: 'images/s',
      better: 'more',
    },
    { id: 'pull-p50', title: '… time of one pull, p50', unit: 'ms', better: 'less' },
    { id: 'pull-p99', title: '… time of one pull, p99', unit: 'ms', better: 'less' },
    { id: 'push-p50', title: '… time of one push, p50', unit: 'ms', better: 'less' },
    { id: 'push-p99', title: '… time of one push, p99', unit: 'ms', better: 'less' },
  ],
  costUnit: 'image',
  reasonNotRun: takesPushes,
  async run({ server }, bench) {
    const job = { kind: 'mixed', repository: 'bench/mixed', layerBytes: LAYER_BYTES, clients: MIXED_CLIENTS } as const
    const seed = bench.freshName()
    const work = () => bench.load({ ...job, target: targetOf(server), seconds: bench.sizes.mixedSeconds, seed })
    const { result, cpuSeconds, peakBytes } = await measure(server.pid, work)
    const { pull = [], push = [] } = result.latenciesMs
    const values = {
      rate: result.done / result.seconds,
      'pull-p50': quantile(pull, 0.5),
      'pull-p99': quantile(pull, 0.99),
      'push-p50': quantile(push, 0.5),
      'push-p99': quantile(push, 0.99),
    }
    return { values, cpuSeconds, units: result.done, peakBytes }
  },
}

export const IMAGES: readonly Workload[] = [imagesWorkload(10), imagesWorkload(50), mixed]
