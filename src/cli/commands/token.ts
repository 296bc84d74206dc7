import type { Command } from 'commander'
import { type CliContext, commonOptions, openSession, printAnswer } from '../context.ts'

export function addTokenCommand(token: Command, context: CliContext): void {
  token.action(async (_options, command: Command) => {
    const password = await openSession(context, commonOptions(command)).password()
    printAnswer(context, command, { username: 'AWS', password }, () => `${password}\n`)
  })
}
