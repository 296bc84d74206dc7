import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NOTHING, type Tally } from './tally.ts'

/**
 * Runs test files with `bun test` and counts by its JUnit report. A run that ends badly without a failed test (a file
 * that does not load, a report that is missing, a run past its limit) counts as one failure: never as nothing.
 *
 * @param paths files or folders, relative to the working directory
 * @param limitMs after which the run is killed: a test that spins cannot be timed out from inside
 * @returns the tally, and the names of skipped tests
 */
export async function runTests(
  paths: readonly string[],
  limitMs: number,
): Promise<{ tally: Tally; skipped: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-tests-'))
  // Whatever tests leave behind goes with it. PostgreSQL runs as a user of its own, who must come through.
  await chmod(folder, 0o711)
  const report = join(folder, 'junit.xml')
  try {
    // Several worker processes race for the same two cores and make tests with deadlines flaky: one is enough.
    const child = Bun.spawn(
      [process.execPath, 'test', '--dots', '--reporter=junit', `--reporter-outfile=${report}`, ...paths],
      {
        env: { ...process.env, TMPDIR: folder },
        stdin: 'ignore',
        stdout: 'inherit',
        stderr: 'inherit',
        timeout: limitMs,
        killSignal: 'SIGKILL',
      },
    )
    const exitCode = await child.exited
    if (child.signalCode !== null)
      console.log(`FAILED the test run was ended by ${child.signalCode} (its limit is ${limitMs / 1000} s)`)
    const file = Bun.file(report)
    return countReport((await file.exists()) ? await file.text() : '', exitCode)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function countReport(xml: string, exitCode: number | null): { tally: Tally; skipped: string[] } {
  const root = /<testsuites\b[^>]*>/.exec(xml)?.[0]
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root ?? '')?.[1] ?? 0)
  const skipped = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map((match) =>
    unescapeXml(match[1] ?? ''),
  )
  if (root === undefined) return { tally: { ...NOTHING, failed: 1 }, skipped }
  const failed = count('failures')
  const tally = {
    passed: count('tests') - failed - count('skipped'),
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: count('skipped'),
  }
  return { tally, skipped }
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
