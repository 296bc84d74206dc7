import { backOffMs } from '../../core/collection/back-off.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Candidate } from '../../ports/metadata/collection.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { CandidateOutcome } from './collection-report.ts'
import type { CollectionRun } from './collection-run.ts'

export interface Handled<Kind extends Candidate = Candidate> {
  readonly candidate: Kind
  /** Undefined while nothing has been done about it. */
  readonly outcome: CandidateOutcome | undefined
  readonly sizeBytes: number
  /** Manifests that went along, when it is a repository. */
  readonly manifests?: number
}

type Work<Kind extends Candidate> = (
  transaction: MetadataTransaction,
  page: readonly Kind[],
) => Promise<Handled<Kind>[]>

/**
 * Runs `work` on a page of candidates in one transaction and counts what came of it. If that fails, each is tried
 * alone, so that one that cannot be dealt with does not stop the others; that one is put off, longer each time.
 *
 * @throws whatever says that the store as a whole cannot be written: then the run had better stop
 */
export async function handlePage<Kind extends Candidate>(
  run: CollectionRun,
  page: readonly Kind[],
  work: Work<Kind>,
): Promise<Handled<Kind>[]> {
  if (page.length === 0) return []
  const handled = await tryPage(run, page, work)
  if (handled === undefined) {
    const each: Handled<Kind>[] = []
    for (const candidate of page) each.push(...(await handlePage(run, [candidate], work)))
    return each
  }
  for (const one of handled) count(run, one)
  return handled
}

/** @returns undefined when the candidates are to be tried one by one */
async function tryPage<Kind extends Candidate>(run: CollectionRun, page: readonly Kind[], work: Work<Kind>) {
  try {
    return await run.pace.step(() => run.services.metadata.transact((transaction) => work(transaction, page)))
  } catch (error) {
    if (error instanceof Refusal) throw error
    const [only, ...others] = page
    return only === undefined || others.length > 0 ? undefined : [await putOff(run, only, error)]
  }
}

function count(run: CollectionRun, { candidate, outcome, sizeBytes, manifests = 0 }: Handled): void {
  run.tally.addManifests(manifests)
  if (outcome === undefined) return
  run.tally.add({ digest: candidate.digest, repositoryId: candidate.repositoryId, outcome }, sizeBytes)
  if (outcome !== 'failed') run.options.memory.forgetFailures(keyOf(candidate))
}

async function putOff<Kind extends Candidate>(
  run: CollectionRun,
  candidate: Kind,
  error: unknown,
): Promise<Handled<Kind>> {
  const { services, options } = run
  const dueAtMs = services.clock.nowMs() + backOffMs(options.memory.countFailure(keyOf(candidate)))
  await services.metadata.transact(async (transaction) => {
    if (await transaction.deleteCandidate(candidate)) await transaction.addCandidate({ ...candidate, dueAtMs })
  })
  options.observer.failed({ kind: candidate.kind, name: candidate.digest ?? `number ${candidate.repositoryId}`, error })
  return { candidate, outcome: 'failed', sizeBytes: 0 }
}

function keyOf(candidate: Candidate): string {
  return `${candidate.kind}/${candidate.repositoryId ?? ''}/${candidate.digest ?? ''}`
}
