/** What a command left behind. `stdout` is text; `stdoutBytes` is what was really written, for byte comparisons. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stdoutBytes: Uint8Array
  readonly stderr: string
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** Written to standard input, which is then closed. */
  readonly input?: string
  /** After so long the command is killed and counts as failed. Default 120. */
  readonly timeoutSeconds?: number
}

/** A command that did not end as it should. The message carries the command line and the whole output. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly outcome: Outcome

  constructor(commandLine: string, complaint: string, outcome: Outcome) {
    super(`${complaint}: ${commandLine}\n--- stdout\n${outcome.stdout}\n--- stderr\n${outcome.stderr}`)
    this.outcome = outcome
  }
}

/** Runs a program to its end, without a shell. Never throws for its exit status; kills it when it takes too long. */
export async function attempt(command: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...options.environment },
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    stdin: options.input === undefined ? 'ignore' : new Blob([options.input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const timeoutSeconds = options.timeoutSeconds ?? 120
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000)
  try {
    const [stdout, stderr, status] = await Promise.all([
      new Response(child.stdout).bytes(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { status, stdout: new TextDecoder().decode(stdout), stdoutBytes: stdout, stderr }
  } finally {
    clearTimeout(timer)
  }
}

/** Runs a program that must succeed. @throws {CommandFailed} on any other exit status than 0 */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const outcome = await attempt(command, options)
  if (outcome.status !== 0) throw new CommandFailed(command.join(' '), `exit status ${outcome.status}`, outcome)
  return outcome
}

/** Runs a program that must fail, and say why: its output must match. @throws {CommandFailed} if it does not */
export async function runRefused(
  command: readonly string[],
  says: RegExp,
  options: CommandOptions = {},
): Promise<Outcome> {
  const outcome = await attempt(command, options)
  const line = command.join(' ')
  if (outcome.status === 0) throw new CommandFailed(line, 'succeeded, but should have been refused', outcome)
  if (!says.test(outcome.stderr + outcome.stdout)) {
    throw new CommandFailed(line, `refused, but without saying ${says}`, outcome)
  }
  return outcome
}
