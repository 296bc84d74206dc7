import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { addPolicyFileCommands } from './lifecycle-files.ts'
import { addStoredPolicyCommands } from './lifecycle-stored.ts'
import { addWhatIfCommands } from './lifecycle-what-if.ts'

export function addLifecycleCommands(lifecycle: Command, context: CliContext): void {
  addStoredPolicyCommands(lifecycle, context)
  addPolicyFileCommands(lifecycle, context)
  addWhatIfCommands(lifecycle, context)
}
