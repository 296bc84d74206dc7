/**
 * `npm run check`: types, lint and format, layers, docs, unit and contract tests. `--static` leaves the tests out; paths
 * narrow the tests down.
 */
import { runTests } from './run-tests.ts'
import { addTallies, formatTally, type Tally } from './tally.ts'

const UNIT_TESTS = ['./src', './scripts', './test/layers.test.ts', './test/docs.test.ts', './test/contracts']

async function runTool(name: string, command: readonly string[]): Promise<Tally> {
  const startedMs = performance.now()
  const child = Bun.spawn([...command], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (exitCode !== 0) console.log(out + err)
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 }
}

const args = process.argv.slice(2)
const paths = args.filter((argument) => !argument.startsWith('--'))
const tallies = await Promise.all([
  runTool('types', ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']),
  runTool('lint and format', [
    'node',
    'node_modules/@biomejs/biome/bin/biome',
    'ci',
    '--colors=off',
    '--max-diagnostics=20',
    '.',
  ]),
])
if (!args.includes('--static')) {
  const { tally, skipped } = await runTests(paths.length > 0 ? paths : UNIT_TESTS, 240_000)
  for (const name of skipped) console.log(`skipped: ${name}`)
  tallies.push(tally)
}
const sum = addTallies(tallies)
console.log(formatTally(sum))
process.exit(sum.failed === 0 ? 0 : 1)
