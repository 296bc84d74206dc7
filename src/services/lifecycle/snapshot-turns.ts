import { Turns } from '../turns.ts'

/** A snapshot of the largest repository takes a gigabyte, so that of all requests so many have one; the server's own runs have one more. */
export const SNAPSHOT_TURNS = new Turns(2)
