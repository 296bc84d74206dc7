import type { Contender } from './contender.ts'
import { distribution, dockerRegistry } from './distribution.ts'
import { lading } from './lading.ts'
import { nginx } from './nginx.ts'
import { zot } from './zot.ts'

/** Every server that the benchmark knows, in the order of the table's columns. */
export const CONTENDERS: readonly Contender[] = [lading, distribution, dockerRegistry, zot, nginx]
