import { EXIT, type ExitCode } from './exit-codes.ts'

/** Why a command did not do what it was asked; the message is one sentence for whoever asked. */
export class CliProblem extends Error {
  override readonly name = 'CliProblem'
  readonly exitCode: ExitCode

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: ExitCode } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? EXIT.failed
  }
}

/** Nothing in the environment says who asks. */
export class NoCredentials extends CliProblem {}

/** Somebody named a profile, and it gives none. */
export class NoProfileCredentials extends NoCredentials {}

/** What the command was asked wrongly. */
export function wrongUsage(message: string): CliProblem {
  return new CliProblem(message, { exitCode: EXIT.usage })
}

/** What the error says, for a sentence of our own. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
