/** Why a command did not do what it was asked; the message is one sentence for whoever asked. */
export class CliProblem extends Error {
  override readonly name = 'CliProblem'
  /** 1 for what went wrong, 2 for what was asked wrongly. */
  readonly exitCode: 1 | 2

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: 1 | 2 } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? 1
  }
}

/** Nothing in the environment says who asks. */
export class NoCredentials extends CliProblem {}

/** Somebody named a profile, and it gives none. */
export class NoProfileCredentials extends NoCredentials {}

/** What the error says, for a sentence of our own. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
