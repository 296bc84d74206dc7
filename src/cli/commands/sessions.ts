import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printDone } from '../context.ts'

export function addSessionCommands(sessions: Command, context: CliContext): void {
  sessions
    .command('revoke')
    .description('end every session and token that was made until now; access keys stay good')
    .option('--role <name>', 'of this role')
    .option('--user <name>', 'of this user')
    .action(async ({ role, user }: { role?: string; user?: string }, command: Command) => {
      if ((role === undefined) === (user === undefined)) {
        throw new CliProblem('Give either --role or --user.', { exitCode: 2 })
      }
      const owner =
        role === undefined ? `/users/${encodeURIComponent(user ?? '')}` : `/roles/${encodeURIComponent(role)}`
      const answer = await openClient(context, command).call({ method: 'POST', path: `${owner}/revoke-sessions` })
      const who = role === undefined ? `user ${user}` : `role ${role}`
      printDone(context, command, answer, `The sessions of ${who} were revoked.`)
    })
}
