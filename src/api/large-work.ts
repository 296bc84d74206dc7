import { nextTurn } from '../services/next-turn.ts'
import { Turns } from '../services/turns.ts'

/** What is smaller costs too little to wait. */
const LARGE_BYTES = 1024 * 1024
/** Enough for one to be parsed while others are written. A part of a layer takes five times its size while it is. */
const TURNS = new Turns(3)

/** Works on a body: on few large ones at a time, in the order in which they came, and on others between them. */
export async function inTurn<Result>(sizeBytes: number, work: () => Promise<Result>): Promise<Result> {
  if (sizeBytes < LARGE_BYTES) return await work()
  return await TURNS.run(async () => {
    await nextTurn()
    return await work()
  })
}
