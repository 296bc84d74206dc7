import { CliProblem } from './cli-problem.ts'
import { EXIT } from './exit-codes.ts'

/**
 * Waits for work that a server does until it is done or somebody presses Ctrl-C, which ends the waiting alone; a second
 * one ends the program at once.
 *
 * @param howToGoOn a whole sentence
 * @throws {CliProblem} when it was interrupted
 */
export async function untilInterrupted<Result>(
  howToGoOn: string,
  wait: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupted = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const interrupt = () => {
    interrupted.abort()
    reject(new CliProblem(howToGoOn, { exitCode: EXIT.interrupted }))
  }
  process.once('SIGINT', interrupt)
  try {
    return await Promise.race([wait(interrupted.signal), promise])
  } finally {
    process.off('SIGINT', interrupt)
  }
}
