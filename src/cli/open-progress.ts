import type { Command } from 'commander'
import { type CliContext, commonOptions } from './context.ts'
import { Progress } from './progress.ts'

export function openProgress({ tell, tellsTerminal }: CliContext, command: Command): Progress {
  const isQuiet = commonOptions(command).quiet === true
  return new Progress({ tell, isTerminal: tellsTerminal, isQuiet, nowMs: Date.now })
}
