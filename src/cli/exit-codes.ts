/** What a command ends with, so that a pipeline can tell one outcome from another (docs/cli.md). */
export const EXIT = {
  done: 0,
  /** Refused, or it went wrong. */
  failed: 1,
  /** The command itself was wrong. */
  usage: 2,
  /** What was asked for is there: differences under `--exit-code`, findings of severity `error`. */
  found: 3,
  /** Under `--strict`: warnings, and nothing worse. */
  warned: 4,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
  /** The same of SIGPIPE: whoever read the output has gone. */
  unread: 141,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
