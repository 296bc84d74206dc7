import { nextTurn } from '../services/next-turn.ts'

/** What is smaller costs too little to wait. */
const LARGE_BYTES = 1024 * 1024
/** Enough for one to be parsed while others are written. A part of a layer takes five times its size while it is. */
const MOST_AT_ONCE = 3

let running = 0
const waiting: (() => void)[] = []

/** Works on a body: on few large ones at a time, in the order in which they came, and on others between them. */
export async function inTurn<Result>(sizeBytes: number, work: () => Promise<Result>): Promise<Result> {
  if (sizeBytes < LARGE_BYTES) return await work()
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    await nextTurn()
    return await work()
  } finally {
    const next = waiting.shift()
    // Who comes next takes over this one's place.
    if (next === undefined) running--
    else next()
  }
}
