import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { isDisturbed } from './disturbance.ts'
import { reportText } from './report.ts'
import type { Results } from './results.ts'

const DOCUMENT = join(import.meta.dir, '../docs/benchmarks.md')
const BEGIN = '<!-- written by npm run bench -->'
const END = '<!-- end of what npm run bench writes -->'

export function machineText(): string {
  const processors = cpus()
  const memoryGib = Math.round(totalmem() / 1024 ** 3)
  return `${processors.length} × ${processors[0]?.model.trim()}, ${memoryGib} GiB, Linux ${release()}`
}

/** Puts the tables of a run into docs/benchmarks.md; what people wrote around them stays. */
export async function writeDocument(results: Results): Promise<void> {
  const text = await Bun.file(DOCUMENT).text()
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has lost its markers`)
  await Bun.write(DOCUMENT, `${before}${BEGIN}\n\n${runText(results)}\n\n${END}${after}`)
}

function runText(results: Results): string {
  const pinned = results.isPinned ? 'servers on processor 0, load on processor 1' : 'nothing pinned'
  const servers = results.columns.map(({ name, description }) => `- **${name}**: ${description}`)
  const absent = results.workloads.flatMap(({ metrics, notRun }) =>
    Object.entries(notRun)
      .filter(([, why]) => why !== 'serves files only')
      .map(([name, why]) => `- ${metrics[0]?.title}, ${name}: ${why}`),
  )
  return [
    `Run at ${results.at} on ${results.machine}; ${pinned}. ${disturbanceText(results)}`,
    servers.join('\n'),
    reportText(results),
    ...(absent.length > 0 ? [`## Not run\n\n${absent.join('\n')}`] : []),
  ].join('\n\n')
}

function disturbanceText(results: Results): string {
  const samples = results.workloads.flatMap((workload) => Object.values(workload.samples).flat())
  const disturbed = samples.filter(({ foreignShare }) => isDisturbed(foreignShare ?? 0)).length
  return `Other programs disturbed ${disturbed} of ${samples.length} samples.`
}
