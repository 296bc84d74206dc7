import type { Digest } from '../../core/digest.ts'
import type { BlobRecord } from '../../ports/metadata/blobs.ts'
import type { BlobRemoval, Candidate } from '../../ports/metadata/collection.ts'
import type { EventOf, EventRecord } from '../../ports/metadata/event-record.ts'
import type { StoredRepository } from '../../ports/metadata/repository-deletion.ts'
import type { Services } from '../context.ts'
import { rest } from './pace.ts'

const PAGE = 500
const HOLDERS_NAMED = 20
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER

export interface BlobHolder {
  readonly repository: string
  /** A deleted one holds it until its restore window ends. */
  readonly isDeleted: boolean
  /** Whether a manifest of it refers to the blob, one that can still be brought back included; else it only may see it. */
  readonly isReferenced: boolean
}

/** Why a blob is still here, or why it went. */
export interface BlobExplanation {
  /** One sentence for a person. */
  readonly sentence: string
  readonly blob: BlobRecord | undefined
  /** Repositories that may see it. A few of them. */
  readonly holders: readonly BlobHolder[]
  readonly candidates: readonly Candidate[]
  /** Bytes under this digest that wait to be unlinked. */
  readonly removals: readonly BlobRemoval[]
  /** What happened to it, oldest first, as far back as events are kept. */
  readonly history: readonly EventRecord[]
}

/**
 * Answers an operator's question. It walks through all candidates, removals and events, yielding in between, so it may
 * take seconds in a large store and is not for a request path.
 */
export async function explainBlob(services: Services, digest: Digest): Promise<BlobExplanation> {
  const facts = {
    blob: await services.metadata.findBlob(digest),
    holders: await holdersOf(services, digest),
    candidates: await candidatesOf(services, digest),
    removals: await removalsOf(services, digest),
    history: await historyOf(services, digest),
  }
  return { sentence: sentenceOf(facts, services.clock.nowMs()), ...facts }
}

async function holdersOf(services: Services, digest: Digest): Promise<BlobHolder[]> {
  const { metadata } = services
  const repositories = await metadata.holdersOfBlob(digest, HOLDERS_NAMED)
  const holder = async ({ id, name, deletedAtMs }: StoredRepository) => ({
    repository: name,
    isDeleted: deletedAtMs !== undefined,
    isReferenced: await metadata.transact((transaction) => transaction.isBlobHeldBy(id, digest)),
  })
  return await Promise.all(repositories.map(holder))
}

async function candidatesOf(services: Services, digest: Digest): Promise<Candidate[]> {
  const found: Candidate[] = []
  let after: Candidate | undefined
  do {
    const page = await services.metadata.listDueCandidates(FOR_EVER_MS, PAGE, after)
    found.push(...page.filter((candidate) => candidate.digest === digest))
    after = page.at(-1)
    await yieldToOthers()
  } while (after !== undefined)
  return found
}

/** Removals wait for a minute or so: there are never many. */
async function removalsOf(services: Services, digest: Digest): Promise<BlobRemoval[]> {
  const removals = await services.metadata.listDueRemovals(FOR_EVER_MS, 100 * PAGE)
  return removals.filter((removal) => removal.digest === digest)
}

async function historyOf(services: Services, digest: Digest): Promise<EventRecord[]> {
  const found: EventRecord[] = []
  let after: number | undefined
  do {
    const page = await services.metadata.listEvents({ after, limit: PAGE })
    found.push(...page.filter(({ detail }) => JSON.stringify(detail).includes(digest)))
    after = page.at(-1)?.id
    await yieldToOthers()
  } while (after !== undefined)
  return found
}

async function yieldToOthers(): Promise<void> {
  await rest(0, new AbortController().signal)
}

function sentenceOf(facts: Omit<BlobExplanation, 'sentence'>, nowMs: number): string {
  if (facts.blob === undefined) return whyGone(facts)
  const state = facts.blob.state === 'damaged' ? 'It is out of service because it is damaged. ' : ''
  return state + whyHere({ ...facts, blob: facts.blob }, nowMs)
}

function whyGone({ history, removals }: Omit<BlobExplanation, 'sentence'>): string {
  const last = history.findLast((event): event is EventOf<'blobs-collected'> => event.kind === 'blobs-collected')
  if (last === undefined) return 'It is not here, and no event that is still kept tells of it.'
  const bytes = removals.length > 0 ? 'its bytes are about to be unlinked' : 'its bytes are unlinked'
  return `It went at ${new Date(last.atMs).toISOString()}: ${last.detail.why}; ${bytes}.`
}

function whyHere(facts: Omit<BlobExplanation, 'sentence'> & { blob: BlobRecord }, nowMs: number): string {
  const referring = facts.holders.filter(({ isReferenced }) => isReferenced)
  const [deleted, live] = [true, false].map((which) => referring.filter(({ isDeleted }) => isDeleted === which))
  if (live !== undefined && live.length > 0) {
    return `It stays because manifests refer to it, deleted ones in their restore window included, in: ${namesOf(live)}.`
  }
  if (deleted !== undefined && deleted.length > 0) {
    return `It stays because manifests refer to it in repositories that are deleted, until they are purged: ${namesOf(deleted)}.`
  }
  if (facts.blob.leaseUntilMs > nowMs) {
    const until = new Date(facts.blob.leaseUntilMs).toISOString()
    return `Nothing refers to it, but somebody pushed it or was told that it is here: it stays until ${until}.`
  }
  const due = facts.candidates.map(({ dueAtMs }) => dueAtMs).sort((a, b) => a - b)[0]
  if (due !== undefined) {
    return `Nothing refers to it; the collector looks at it after ${new Date(due).toISOString()}.`
  }
  return 'It is held by a manifest of a repository that may not see it, or it was forgotten, which is a bug.'
}

function namesOf(holders: readonly BlobHolder[]): string {
  return holders.map(({ repository }) => repository).join(', ')
}
