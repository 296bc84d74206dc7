import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { PageRequest } from '../load/job.ts'
import { measure } from '../measure.ts'
import { makeDistributionLayout } from '../scale/distribution-layout.ts'
import { makeLadingData } from '../scale/lading-data.ts'
import { TAGGED_REPOSITORY, tagName } from '../scale/names.ts'
import type { Contender, RunningServer } from '../servers/contender.ts'
import { BENCH_KEY } from '../servers/lading.ts'
import { countText, FULL } from '../sizes.ts'
import { median } from '../statistics.ts'
import { type Bench, FILES_ONLY, type Sample, targetOf, type Workload } from '../workload.ts'

/** No peer gets longer than this for its pages: some take seconds for one. */
const PAGES_SECONDS = 3

const tags = countText(FULL.tags)

/** A store of a size that a large company has; the servers are started on it, and stopped again. */
export const scale: Workload = {
  id: 'scale',
  metrics: [
    { id: 'start', title: `start to first answer, ${countText(FULL.manifests)} manifests`, unit: 'ms', better: 'less' },
    { id: 'tags', title: `tags/list page of 1 000 at ${tags} tags`, unit: 'ms', better: 'less' },
    {
      id: 'catalog',
      title: `_catalog page of 1 000 at ${countText(FULL.repositories)} repositories`,
      unit: 'ms',
      better: 'less',
    },
    { id: 'describe', title: `DescribeImages page of 1 000 at ${tags} tags`, unit: 'ms', better: 'less' },
  ],
  reasonNotRun(contender) {
    if (contender.kind === 'files') return FILES_ONLY
    return contender.name === 'zot' ? 'not run: its storage would have to be filled by pushing' : undefined
  },
  async run({ contender }, bench) {
    const folder = await scaleFolder(contender, bench)
    const readyPath = contender.kind === 'ours' ? `/v2/${TAGGED_REPOSITORY}/manifests/${tagName(1)}` : '/v2/'
    const server = await contender.start({ folder, pin: bench.serverPin, readyPath })
    try {
      const { result, peakBytes } = await measure(server.pid, () => timeLists(contender, server, bench))
      return { ...result, peakBytes }
    } finally {
      await server.stop()
    }
  },
}

async function timeLists(contender: Contender, server: RunningServer, bench: Bench): Promise<Sample> {
  const page = async (first: PageRequest) => {
    const { pages } = bench.sizes
    const job = { kind: 'pages', target: targetOf(server), first, pages, seconds: PAGES_SECONDS } as const
    return median((await bench.load(job)).latenciesMs.page ?? [])
  }
  const values = {
    start: server.startSeconds * 1000,
    tags: await page({ how: 'link', path: `/v2/${TAGGED_REPOSITORY}/tags/list?n=1000` }),
    catalog: await page({ how: 'link', path: '/v2/_catalog?n=1000' }),
  }
  if (contender.kind !== 'ours') return { values }
  const describe = await page({ how: 'describe-images', repository: TAGGED_REPOSITORY, key: BENCH_KEY })
  return { values: { ...values, describe } }
}

/** The folder to start on: ours is filled through its metadata port, the others share one tree of folders. */
async function scaleFolder(contender: Contender, bench: Bench): Promise<string> {
  const folder = join(bench.folder, `scale-${contender.name}`)
  mkdirSync(folder, { recursive: true })
  if (contender.kind === 'ours') {
    await makeLadingData(join(folder, 'data'), bench.sizes)
    return folder
  }
  const layout = makeDistributionLayout(bench.folder, bench.sizes)
  rmSync(join(folder, 'data'), { force: true })
  symlinkSync(layout, join(folder, 'data'))
  return folder
}
