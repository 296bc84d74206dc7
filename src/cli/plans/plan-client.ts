import { setTimeout as sleep } from 'node:timers/promises'
import { CliProblem } from '../cli-problem.ts'
import type { ManageClient } from '../manage-client.ts'
import { memberOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import type { Progress, Step } from '../progress.ts'

/** What a denial names. */
const FIND_ACTION = 'lading:FindPlan'
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2000

export function plansPath(repository: string): string {
  return `/repositories/${encodeURIComponent(repository)}/plans`
}

/** One plan of a repository on a server. */
export class PlanClient {
  readonly id: string
  readonly repository: string
  readonly #client: ManageClient

  constructor(client: ManageClient, repository: string, id: string) {
    this.#client = client
    this.repository = repository
    this.id = id
  }

  /** @throws {CliProblem} when there is none that the caller may look up by its id */
  static async find(client: ManageClient, id: string, repository: string | undefined): Promise<PlanClient> {
    if (repository !== undefined) return new PlanClient(client, repository, id)
    try {
      const plan = await client.call({ method: 'GET', path: `/plans/${encodeURIComponent(id)}` })
      return new PlanClient(client, textOf(plan, 'repositoryName') ?? '', id)
    } catch (error) {
      if (!(error instanceof CliProblem) || !error.message.includes(FIND_ACTION)) throw error
      throw new CliProblem(`${error.message.replace(/\.?$/, '.')} With --repository that is not needed.`, {
        cause: error,
      })
    }
  }

  async get(): Promise<unknown> {
    return await this.#client.call({ method: 'GET', path: this.#path })
  }

  items(): AsyncGenerator<readonly unknown[], void> {
    return pagesOf(this.#client, `${this.#path}/items`, 'items')
  }

  /** Begins it; the server goes on by itself. */
  async begin(work: 'apply' | 'undo'): Promise<unknown> {
    return await this.#client.call({ method: 'POST', path: `${this.#path}/${work}` })
  }

  /** Looks at the plan, less and less often, until it is in no such state any more. */
  async waitWhile(
    state: string,
    options: { readonly progress: Progress; readonly signal: AbortSignal },
  ): Promise<unknown> {
    const { progress, signal } = options
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
      const plan = await this.get()
      if (textOf(plan, 'state') !== state) return plan
      progress.show(stepOf(plan))
      await sleep(waitMs, undefined, { signal })
    }
  }

  get #path(): string {
    return `${plansPath(this.repository)}/${encodeURIComponent(this.id)}`
  }
}

function stepOf(plan: unknown): Step {
  const progress = memberOf(plan, 'progress')
  const count = (name: string) => Number(memberOf(progress, name) ?? 0)
  const [planned, done, failed, undone] = [count('planned'), count('done'), count('failed'), count('undone')]
  const state = textOf(plan, 'state')
  if (state === 'applying') return { what: 'applying', done: done + failed, total: planned + done + failed }
  if (state === 'undoing') return { what: 'undoing', done: undone, total: done + undone }
  return { what: 'making the plan' }
}
