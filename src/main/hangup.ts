import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

const STDIN = 0
const SIGHUP_BIT = 1n

export type Hangup = 'stop' | 'ignore'

/**
 * What SIGHUP means to this process: the end of its terminal, which ends it too, unless somebody said that it must
 * outlive it (`nohup`, `trap '' HUP`) or it never had one. Asked at the start, while the terminal is there.
 */
export function meaningOfHangup(): Hangup {
  return isatty(STDIN) && !isIgnored() ? 'stop' : 'ignore'
}

/** Bit n-1 of SigIgn stands for signal n, and SIGHUP is 1 (proc_pid_status(5)). Elsewhere than on Linux nobody says. */
function isIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return (BigInt(`0x${mask ?? '0'}`) & SIGHUP_BIT) !== 0n
  } catch {
    return false
  }
}
