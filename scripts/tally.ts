/** What a part of a run counted. Every runner prints it as its last line, so that `.ci/run` can add them up. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 }

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, tally) => ({
      passed: sum.passed + tally.passed,
      failed: sum.failed + tally.failed,
      skipped: sum.skipped + tally.skipped,
    }),
    NOTHING,
  )
}

export function formatTally(tally: Tally): string {
  return `tally: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`
}
