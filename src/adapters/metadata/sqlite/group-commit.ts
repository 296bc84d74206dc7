import type { SqlConnection } from '../sql/connection.ts'
import { TransactionScope } from '../sql/transaction-scope.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { isStorageRefusal } from './sqlite-errors.ts'
import type { CommitSync } from './wal-sync.ts'

type Work<Result> = (connection: SqlConnection) => Promise<Result>

/** A transaction that waits for its turn, and afterwards for its bytes to be on the disk. */
interface Job {
  readonly work: Work<unknown>
  readonly onCommit: () => void
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How a job went; told to its caller only when the whole batch is durable, as it may have seen the others' rows. */
type Outcome = { readonly result: unknown } | { readonly error: unknown }

interface Batch {
  readonly jobs: Job[]
  readonly outcomes: Outcome[]
}

/** Where a batch runs. */
export interface Writer {
  readonly connection: SqliteConnection
  readonly sync: CommitSync
}

/**
 * Gives what to write to, opened anew when storage has failed it; before that it waits for `settled`, as commits that
 * are not durable yet belong to the old one.
 *
 * @throws {Refusal} `storage-unavailable`, `storage-full`
 */
export type OpenWriter = (settled: () => Promise<void>) => Promise<Writer>

/** One batch must leave the event loop free again soon: its jobs resolve in microtasks, which nothing else gets past. */
const MOST_JOBS = 64
const LONGEST_BATCH_MS = 5

/**
 * Runs transactions one after another, those that wait together inside one of SQLite's, each under a savepoint of its
 * own, so that they share a commit and a sync (docs/adr/0001). While a sync runs, the next batch runs already.
 */
export class GroupCommit {
  readonly #openWriter: OpenWriter
  readonly #onCommit: (transactions: number) => void
  readonly #waiting: Job[] = []
  readonly #settling = new Set<Promise<void>>()
  #running: Promise<void> | undefined

  /** @param onCommit runs when a batch has just become visible, before anything else can read */
  constructor(openWriter: OpenWriter, onCommit: (transactions: number) => void = () => {}) {
    this.#openWriter = openWriter
    this.#onCommit = onCommit
  }

  /**
   * Runs `work` as one transaction; resolves when it is durable.
   *
   * @param onCommit runs when the transaction has just become visible, and never when it is rolled back
   */
  run<Result>(work: Work<Result>, onCommit: () => void = () => {}): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      // What resolves it is what this very `work` returned.
      this.#waiting.push({ work, onCommit, resolve: resolve as (result: unknown) => void, reject })
      this.#running ??= this.#runAll()
    })
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined || this.#settling.size > 0) {
      await this.#running
      await Promise.all(this.#settling)
    }
  }

  async #runAll(): Promise<void> {
    await undefined // lets those who call in the same turn join the first batch
    while (this.#waiting.length > 0) {
      await this.#runBatch()
      if (this.#waiting.length > 0) await eventLoopTurn()
    }
    this.#running = undefined
  }

  async #runBatch(): Promise<void> {
    const batch: Batch = { jobs: [], outcomes: [] }
    try {
      const { connection, sync } = await this.#openWriter(() => this.#settled())
      await this.#runJobs(connection, batch)
      const settling = settle(batch, sync).finally(() => this.#settling.delete(settling))
      this.#settling.add(settling)
    } catch (error) {
      // When it could not even begin, one job takes the blame, and the next one tries again.
      if (batch.jobs.length === 0) batch.jobs.push(...this.#waiting.splice(0, 1))
      for (const job of batch.jobs) job.reject(error)
    }
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#settling)
  }

  /** Takes jobs until none waits or the batch is long enough, and commits them. */
  async #runJobs(connection: SqliteConnection, { jobs, outcomes }: Batch): Promise<void> {
    const startedMs = performance.now()
    connection.execute('begin immediate')
    try {
      for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
        jobs.push(job)
        outcomes.push(await runUnderSavepoint(connection, job))
        if (jobs.length >= MOST_JOBS || performance.now() - startedMs > LONGEST_BATCH_MS) break
      }
      connection.execute('commit')
      this.#onCommit(jobs.length)
      for (const [index, { onCommit }] of jobs.entries()) if (isDone(outcomes[index])) onCommit()
    } catch (error) {
      rollBack(connection)
      throw error
    }
  }
}

function isDone(outcome: Outcome | undefined): outcome is { readonly result: unknown } {
  return outcome !== undefined && 'result' in outcome
}

/** Tells every job how it went, once the disk has it. */
async function settle({ jobs, outcomes }: Batch, sync: CommitSync): Promise<void> {
  try {
    await sync.sync()
  } catch (error) {
    for (const job of jobs) job.reject(error)
    return
  }
  for (const [index, job] of jobs.entries()) {
    const outcome = outcomes[index]
    if (isDone(outcome)) job.resolve(outcome.result)
    else job.reject(outcome?.error)
  }
}

/** After a fault there may be nothing to roll back, or no way to: the connection is then replaced. */
function rollBack(connection: SqliteConnection): void {
  if (!connection.inTransaction) return
  try {
    connection.execute('rollback')
  } catch {
    // The fault that led here is the one to report.
  }
}

/** @throws {Refusal} when storage failed: then the whole batch has */
async function runUnderSavepoint(connection: SqliteConnection, job: Job): Promise<Outcome> {
  const scope = new TransactionScope(connection, isStorageRefusal)
  connection.execute('savepoint job')
  try {
    const result = await job.work(scope)
    if (scope.failure !== undefined) throw scope.failure
    connection.execute('release job')
    return { result }
  } catch (error) {
    if (scope.failure !== undefined) throw scope.failure
    if (!connection.inTransaction) throw error
    connection.execute('rollback to job')
    connection.execute('release job')
    return { error }
  } finally {
    scope.end()
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
