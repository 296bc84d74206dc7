import type { Command } from 'commander'
import { type CliContext, commonOptions, openSession } from '../context.ts'

export function addTokenCommand(token: Command, context: CliContext): void {
  token.action(async (_options, command: Command) => {
    context.print(`${await openSession(context, commonOptions(command)).password()}\n`)
  })
}
