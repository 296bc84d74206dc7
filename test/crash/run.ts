/**
 * `npm run test:crash [-- --short] [name …]`: kills the server, cuts its power, fills its disk and races against it, and
 * checks that nothing that was acknowledged is lost. Names narrow it down to the parts that contain one of them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTally } from '../../scripts/tally.ts'
import { unmountAll } from './disks.ts'
import { folderFor, type Part, parts } from './parts.ts'
import { killAll } from './server-process.ts'

async function runPart(part: Part, root: string): Promise<'passed' | 'failed' | 'skipped'> {
  const missing = await part.skip()
  if (missing !== undefined) {
    console.log(`skipped: ${part.name}: ${missing}`)
    return 'skipped'
  }
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0)
  try {
    console.log(`ok ${part.name} (${await part.run(folderFor(root, part))}; ${seconds()} s)`)
    return 'passed'
  } catch (error) {
    console.log(`FAILED ${part.name} (${seconds()} s): ${error instanceof Error ? (error.stack ?? error) : error}`)
    return 'failed'
  }
}

function cleanUp(): void {
  killAll()
  unmountAll()
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cleanUp()
    process.exit(130)
  })
}

const args = process.argv.slice(2)
const names = args.filter((argument) => !argument.startsWith('--'))
const chosen = parts(args.includes('--short')).filter(
  ({ name }) => names.length === 0 || names.some((wanted) => name.includes(wanted)),
)
const root = mkdtempSync(join(tmpdir(), 'lading-crash-'))
const tally = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const part of chosen) tally[await runPart(part, root)] += 1
} finally {
  cleanUp()
  if (tally.failed === 0) rmSync(root, { recursive: true, force: true })
  else console.log(`logs and data are kept in ${root}`)
}
console.log(formatTally(tally))
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1)
