import { CliProblem } from '../cli-problem.ts'
import type { CliContext } from '../context.ts'
import { displayable } from '../displayable.ts'
import type { Progress } from '../progress.ts'

export interface RepositoryWalkOptions {
  readonly tell: CliContext['tell']
  readonly progress: Progress
}

/** Asks about one repository after the other; one that cannot be looked at keeps nobody from the others. */
export class RepositoryWalk {
  readonly #repositories: readonly string[]
  readonly #options: RepositoryWalkOptions
  #failed = 0

  constructor(options: RepositoryWalkOptions, repositories: readonly string[]) {
    this.#repositories = repositories
    this.#options = options
  }

  /** A page for each repository, with its name in each element. @throws {CliProblem} of the only one that there is */
  async *pages(ask: (repository: string) => Promise<readonly unknown[]>): AsyncGenerator<readonly unknown[], void> {
    const { progress } = this.#options
    const total = this.#repositories.length
    for (const [done, repositoryName] of this.#repositories.entries()) {
      if (total > 1) progress.show({ what: 'looking at repositories', done, total })
      const found = await this.#askOrTell(repositoryName, ask)
      progress.clear()
      yield found.map((each) => ({ repositoryName, ...Object(each) }))
    }
  }

  async #askOrTell(
    repository: string,
    ask: (repository: string) => Promise<readonly unknown[]>,
  ): Promise<readonly unknown[]> {
    try {
      return await ask(repository)
    } catch (error) {
      if (!(error instanceof CliProblem) || this.#repositories.length === 1) throw error
      this.#failed++
      this.#options.progress.clear()
      this.#options.tell(`${displayable(repository)}: ${error.message}\n`)
      return []
    }
  }

  /** When all pages are printed. @throws {CliProblem} when one of several could not be looked at */
  end(): void {
    if (this.#failed === 0) return
    throw new CliProblem(`${this.#failed} of ${this.#repositories.length} repositories could not be looked at.`)
  }
}
