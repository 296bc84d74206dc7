import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Linux counts process time in ticks of 1/100 s on every architecture that Bun runs on (`getconf CLK_TCK`). */
export const TICKS_PER_SECOND = 100

/** What one piece of work cost the server that did it. */
export interface Cost {
  readonly seconds: number
  /** User and system time of the server and its children. */
  readonly cpuSeconds: number
  /** The most memory that the server and its children held at once (sum of each one's VmHWM since the work began). */
  readonly peakBytes: number
  /** What they held when the work began. */
  readonly startBytes: number
}

/** Runs `work` and reads from /proc what the process tree under `pid` spent on it. */
export async function measure<Result>(pid: number, work: () => Promise<Result>): Promise<Cost & { result: Result }> {
  resetPeak(pid)
  const startBytes = memoryBytes(pid, 'VmRSS')
  const cpuBefore = cpuSeconds(pid)
  const before = performance.now()
  const result = await work()
  const seconds = (performance.now() - before) / 1000
  return { result, seconds, startBytes, cpuSeconds: cpuSeconds(pid) - cpuBefore, peakBytes: memoryBytes(pid, 'VmHWM') }
}

/** Time spent so far by the tree, its dead and waited-for members included. */
export function cpuSeconds(pid: number): number {
  return secondsOf(pid, ['utime', 'stime', 'cutime', 'cstime'])
}

/** As `cpuSeconds`, without what the kernel did for it. */
export function userSeconds(pid: number): number {
  return secondsOf(pid, ['utime', 'cutime'])
}

/** proc(5): fields 14 to 17 of stat; what `statFields` gives begins with number 3. */
const STAT_PLACE = { utime: 11, stime: 12, cutime: 13, cstime: 14 } as const

function secondsOf(pid: number, names: readonly (keyof typeof STAT_PLACE)[]): number {
  let ticks = 0
  for (const member of processTree(pid)) {
    const fields = statFields(member)
    for (const name of names) ticks += Number(fields[STAT_PLACE[name]] ?? 0)
  }
  return ticks / TICKS_PER_SECOND
}

export function memoryBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  let kibibytes = 0
  for (const member of processTree(pid)) {
    const line = readOr(`/proc/${member}/status`).match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))
    kibibytes += Number(line?.[1] ?? 0)
  }
  return kibibytes * 1024
}

/** Sets VmHWM back to what is held now (proc(5), clear_refs). Not every kernel lets us: then the peak is that of the whole run. */
function resetPeak(pid: number): void {
  for (const member of processTree(pid)) {
    try {
      writeFileSync(`/proc/${member}/clear_refs`, '5')
    } catch {
      return
    }
  }
}

function processTree(pid: number): number[] {
  const members = [pid]
  for (const member of members) {
    for (const thread of listOr(`/proc/${member}/task`)) {
      const children = readOr(`/proc/${member}/task/${thread}/children`)
      members.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return members
}

function statFields(pid: number): string[] {
  const text = readOr(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function listOr(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
