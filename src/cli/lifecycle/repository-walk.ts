import { CliProblem } from '../cli-problem.ts'
import type { CliContext } from '../context.ts'
import { displayable } from '../displayable.ts'

/** Asks about one repository after the other; one that cannot be looked at keeps nobody from the others. */
export class RepositoryWalk {
  readonly #repositories: readonly string[]
  readonly #tell: CliContext['tell']
  #failed = 0

  constructor({ tell }: Pick<CliContext, 'tell'>, repositories: readonly string[]) {
    this.#repositories = repositories
    this.#tell = tell
  }

  /** A page for each repository, with its name in each element. @throws {CliProblem} of the only one that there is */
  async *pages(ask: (repository: string) => Promise<readonly unknown[]>): AsyncGenerator<readonly unknown[], void> {
    for (const repositoryName of this.#repositories) {
      try {
        yield (await ask(repositoryName)).map((found) => ({ repositoryName, ...Object(found) }))
      } catch (error) {
        if (!(error instanceof CliProblem) || this.#repositories.length === 1) throw error
        this.#failed++
        this.#tell(`${displayable(repositoryName)}: ${error.message}\n`)
      }
    }
  }

  /** When all pages are printed. @throws {CliProblem} when one of several could not be looked at */
  end(): void {
    if (this.#failed === 0) return
    throw new CliProblem(`${this.#failed} of ${this.#repositories.length} repositories could not be looked at.`)
  }
}
