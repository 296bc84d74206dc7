import { addAmounts, judgePlan } from '../core/collection/judge-plan.ts'
import type { BlobLocation } from '../ports/blob-store.ts'
import { carryOut } from './collection/carry-out.ts'
import type { CollectOptions } from './collection/collect-options.ts'
import type { RefusedPlan } from './collection/collection-memory.ts'
import type { CollectionReport } from './collection/collection-report.ts'
import type { CollectionRun } from './collection/collection-run.ts'
import { CollectionTally } from './collection/collection-tally.ts'
import { Pace } from './collection/pace.ts'
import { type CollectionPlan, planCollection } from './collection/plan-collection.ts'
import { unlinkRemovals } from './collection/unlink-removals.ts'
import type { Services } from './context.ts'
import { INSTALLATION } from './event-place.ts'

const EVENTS_AT_ONCE = 500

/**
 * One run of the collector: unlinks what was taken before, looks at every candidate that is due, and, if that is
 * plausible, takes what nothing holds. It runs beside everything else: no lock of it covers more than one digest or one
 * repository for one small transaction. Whatever stops it, the next run goes on where it stood.
 *
 * A plan that would take an implausible share of the store is refused as a whole and reported, until
 * `options.memory.confirm()` or `force` lets it go.
 *
 * @param signal ends the run after the transaction that is under way
 * @throws {Refusal} `storage-full`, `storage-unavailable`; every transaction before holds
 */
export async function collect(
  services: Services,
  options: CollectOptions,
  signal: AbortSignal,
): Promise<CollectionReport> {
  const run = await startRun(services, options, signal)
  const startedAtMs = services.clock.nowMs()
  const failed = new Set<BlobLocation>()
  await unlinkRemovals(run, failed)
  const refusal = await takeInRounds(run, startedAtMs)
  await unlinkRemovals(run, failed)
  await forgetEvents(run)
  await forgetPlans(run)
  const report = run.tally.report({
    atMs: services.clock.nowMs(),
    ended: refusal !== undefined ? 'refused' : signal.aborted ? 'interrupted' : 'done',
    refusal,
    isForced: run.isForced,
  })
  options.observer.collected(report)
  return report
}

async function startRun(services: Services, options: CollectOptions, signal: AbortSignal): Promise<CollectionRun> {
  const isForced = options.memory.takeConfirmation() || options.force
  return {
    services,
    options,
    isForced,
    pace: new Pace(services.clock, options, signal),
    tally: new CollectionTally(services.clock.nowMs()),
    total: await services.metadata.usage(),
  }
}

/** The first round purges manifests, the second takes the blobs that they held; one that finds nothing is the last. */
async function takeInRounds(run: CollectionRun, startedAtMs: number): Promise<RefusedPlan | undefined> {
  for (let horizonMs = startedAtMs; !run.pace.isInterrupted; horizonMs += 1) {
    const plan = await planCollection(run, horizonMs)
    if (plan.candidates === 0) break
    const refusal = judge(run, plan) ?? (await carryOut(run, horizonMs))
    if (refusal === undefined) continue
    await recordRefusal(run, refusal)
    return refusal
  }
  if (!run.pace.isInterrupted) run.options.memory.forgetRefusal()
  return undefined
}

function judge(run: CollectionRun, plan: CollectionPlan): RefusedPlan | undefined {
  const verdict = judgePlan(addAmounts(run.tally.taken, plan.amount), run.total, run.options.brake)
  return verdict.plausible || run.isForced ? undefined : verdict
}

async function recordRefusal(run: CollectionRun, refusal: RefusedPlan): Promise<void> {
  if (!run.options.memory.refuse(refusal)) return
  const { measure, taken, total } = refusal
  const { share, floor } = run.options.brake
  await run.services.metadata.transact((transaction) =>
    transaction.recordEvent({
      kind: 'collection-refused',
      atMs: run.services.clock.nowMs(),
      ...INSTALLATION,
      detail: { measure, wouldTake: taken, outOf: total, share, floor: floor[measure] },
    }),
  )
}

async function forgetEvents(run: CollectionRun): Promise<void> {
  const beforeMs = run.services.clock.nowMs() - run.options.eventRetentionMs
  while (!run.pace.isInterrupted) {
    const forgotten = await run.pace.step(() =>
      run.services.metadata.transact((transaction) => transaction.deleteEventsBefore(beforeMs, EVENTS_AT_ONCE)),
    )
    run.tally.addEventsForgotten(forgotten)
    if (forgotten < EVENTS_AT_ONCE) return
  }
}

/** They are kept as long as events, which tell of them. */
async function forgetPlans(run: CollectionRun): Promise<void> {
  const nowMs = run.services.clock.nowMs()
  const beforeMs = nowMs - run.options.eventRetentionMs
  while (!run.pace.isInterrupted) {
    const forgotten = await run.pace.step(() =>
      run.services.metadata.transact((transaction) => transaction.deletePlansBefore(beforeMs, nowMs, EVENTS_AT_ONCE)),
    )
    if (forgotten < EVENTS_AT_ONCE) return
  }
}
