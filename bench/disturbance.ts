import { readFileSync } from 'node:fs'
import { TICKS_PER_SECOND, userSeconds } from './measure.ts'

/** More of one processor than this, taken by programs that are not ours, spoils a figure. */
const MOST_FOREIGN = 0.15
const MOST_TRIES = 3
const PAUSE_MS = 3000

export interface Undisturbed<Result> {
  readonly result: Result
  /** The share of one processor that other programs took meanwhile. */
  readonly foreignShare: number
}

/**
 * Does the work again when other programs were busy meanwhile, a few times at most, and gives the least disturbed try.
 * User time only: what the kernel does for us is nobody's in particular.
 */
export async function undisturbed<Result>(work: () => Promise<Result>): Promise<Undisturbed<Result>> {
  let best = await tryOnce(work)
  for (let tries = 1; tries < MOST_TRIES && isDisturbed(best.foreignShare); tries++) {
    await Bun.sleep(PAUSE_MS)
    const next = await tryOnce(work)
    if (next.foreignShare < best.foreignShare) best = next
  }
  return best
}

export function isDisturbed(foreignShare: number): boolean {
  return foreignShare > MOST_FOREIGN
}

async function tryOnce<Result>(work: () => Promise<Result>): Promise<Undisturbed<Result>> {
  const before = { all: allUserSeconds(), ours: userSeconds(process.pid), ms: performance.now() }
  const result = await work()
  const ours = userSeconds(process.pid) - before.ours
  const seconds = (performance.now() - before.ms) / 1000
  return { result, foreignShare: Math.max(0, (allUserSeconds() - before.all - ours) / seconds) }
}

/** User and nice time of all processors, from the first line of /proc/stat. */
function allUserSeconds(): number {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? []
  return (Number(fields[1]) + Number(fields[2])) / TICKS_PER_SECOND
}
