import type { Command } from 'commander'
import { runPullSecretController } from '../../kubernetes/run-pull-secret-controller.ts'
import type { CliContext } from '../context.ts'
import { PULL_SECRET_VARIABLES, readPullSecretSettings } from '../pull-secret-settings.ts'

/** What its options are typed as, without a way into `ports`. */
type Log = Parameters<typeof runPullSecretController>[0]['log']

/** Runs until it is told to stop; all its settings are variables, as a Deployment has them. */
export function addPullSecretsCommand(pullSecrets: Command, context: CliContext): void {
  pullSecrets.addHelpText('after', `\nSettings come from the environment:\n  ${PULL_SECRET_VARIABLES.join('\n  ')}`)
  pullSecrets.action(async () => {
    const settings = await readPullSecretSettings(context.environment.pullSecrets)
    const ending = new AbortController()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())
    const clock = { nowMs: Date.now }
    await runPullSecretController({ ...settings, clock, log: logTo(context), signal: ending.signal })
  })
}

/** One JSON object a line, as the server's log has it. */
function logTo(context: CliContext): Log {
  return {
    writes: (level) => level !== 'debug',
    write: (level, msg, fields) => {
      if (level === 'debug') return
      context.tell(`${JSON.stringify({ time: new Date().toISOString(), level, msg, ...fields })}\n`)
    },
  }
}
