import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import type { LifecycleBrake } from '../../core/settings/settings.ts'
import type { Plan } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { eventPlace } from '../event-place.ts'
import { nextTurn } from '../next-turn.ts'
import { carryOutPlan } from '../plans/carry-out-plan.ts'
import { newPlan, summarise } from '../plans/new-plan.ts'
import { stopPlan } from '../plans/stop-plan.ts'
import { settingsInForce } from '../settings/settings-in-force.ts'
import { effectivePolicy, withPolicy } from './effective-policy.ts'
import { storeItems } from './make-plan.ts'
import { type PlannedImages, planImages } from './plan-images.ts'

export const DEFAULT_LIFECYCLE_BRAKE: LifecycleBrake = { share: 0.9, floor: 50 }

export interface LifecycleOptions {
  /** How long after one run of a repository's policy the next one is due. */
  readonly intervalMs: number
  /** Up to this share of the interval is left off, for each repository another. */
  readonly jitter: number
  /** Where no setting says another one. */
  readonly brake: LifecycleBrake
  /** One repository could not be dealt with; the others are, and it is tried again with the next run. */
  readonly failed: (repository: Repository, error: unknown) => void
}

export interface LifecycleReport {
  /** Repositories whose policy was carried out. */
  readonly evaluated: number
  readonly expired: number
  readonly archived: number
  readonly untagged: number
  /** Images that could not be dealt with, such as those that an index holds. */
  readonly refused: number
  /** Repositories whose plan waits for a confirmation. */
  readonly waiting: number
  /** Repositories that could not be dealt with. */
  readonly failed: number
}

const REPOSITORIES_AT_ONCE = 200
/** Of the newest plans of a repository; what is older than these was undone long ago. */
const PLANS_AT_ONCE = 100
const MOST_PAGES = 10
const DAY_MS = 24 * 3_600_000

/**
 * Carries out the lifecycle policies of all repositories where that is due. Whatever goes wrong with one repository stops
 * no other (zot#3230). Of several processes that do this at once, one has each repository.
 */
export async function runLifecycles(
  services: Services,
  options: LifecycleOptions,
  signal: AbortSignal,
): Promise<LifecycleReport> {
  const report = { evaluated: 0, expired: 0, archived: 0, untagged: 0, refused: 0, waiting: 0, failed: 0 }
  let after = 0
  while (!signal.aborted) {
    const page = await services.metadata.listLifecycles(after, REPOSITORIES_AT_ONCE)
    const nowMs = services.clock.nowMs()
    const due = page.filter(
      ({ repository, lifecycle }) => nowMs - (lifecycle.evaluatedAtMs ?? 0) >= intervalOf(repository, options),
    )
    for (const repository of await withPolicy(services.metadata, due)) {
      if (signal.aborted) break
      try {
        const run = { intervalMs: intervalOf(repository, options), brake: options.brake }
        const plan = await runLifecycle(services, repository, run, signal)
        if (plan !== undefined) count(report, plan)
      } catch (error) {
        report.failed += 1
        options.failed(repository, error)
      }
    }
    if (page.length < REPOSITORIES_AT_ONCE) break
    after = page.at(-1)?.repository.id ?? after
    await nextTurn()
  }
  return report
}

/** The same for every run, so that a repository keeps its distance from the others. */
function intervalOf({ id }: Repository, { intervalMs, jitter }: LifecycleOptions): number {
  // Knuth's multiplicative hash: neighbouring numbers come to lie far apart.
  const spread = (Math.imul(id, 2_654_435_761) >>> 0) / 2 ** 32
  return Math.floor(intervalMs * (1 - jitter * spread))
}

type Counts = { -readonly [Member in keyof LifecycleReport]: number }

function count(report: Counts, { state, summary }: Plan): void {
  report.evaluated += 1
  if (state === 'waiting') {
    report.waiting += 1
    return
  }
  report.expired += summary.expire
  report.archived += summary.archive
  report.untagged += summary.untag
  report.refused += summary.refused
}

/**
 * Carries out one repository's policy.
 *
 * @returns the plan, also one with nothing in it; undefined without a policy, or when another process does it
 */
export async function runLifecycle(
  services: Services,
  repository: Repository,
  options: Pick<LifecycleOptions, 'intervalMs' | 'brake'>,
  signal: AbortSignal,
): Promise<Plan | undefined> {
  const policyText = (await effectivePolicy(services.metadata, repository))?.text
  if (policyText === undefined) return undefined
  const policy = parseLifecyclePolicy(policyText)
  const atMs = services.clock.nowMs()
  const claim = { atMs, notSinceMs: atMs - options.intervalMs }
  if (!(await services.metadata.transact((given) => given.claimLifecycle(repository.id, claim)))) return undefined
  const [own] = (await settingsInForce(services.metadata, repository)).lifecycleBrake
  const brake = own?.value ?? options.brake
  const planned = await planImages(services, repository, policy, signal)
  const plan = newPlan(services, repository, { kind: 'lifecycle', state: 'making', actor: undefined, policyText })
  if (planned.items.length === 0) return await recordEvaluated(services, repository, { ...plan, ...countOf(planned) })
  return await applyPlanned(services, repository, { plan, planned, brake, signal })
}

function countOf({ imageCount }: PlannedImages) {
  return { imageCount, state: 'applied' as const }
}

async function applyPlanned(
  services: Services,
  repository: Repository,
  run: { plan: Plan; planned: PlannedImages; brake: LifecycleBrake; signal: AbortSignal },
): Promise<Plan> {
  const { plan, planned, brake, signal } = run
  const undone = await undoneBefore(services, repository, plan)
  const isLarge = takes(planned) > Math.max(brake.floor, brake.share * planned.imageCount)
  const isHeld = isLarge || undone !== undefined
  const waiting = isHeld ? await services.metadata.findLatestPlan(repository.id, 'lifecycle') : undefined
  // The same news every hour is none: the plan that waits is made anew once a day, as images come and go.
  if (waiting?.state === 'waiting' && isFresh(waiting, plan)) return waiting
  await services.metadata.transact((transaction) => transaction.insertPlan(plan))
  const made = await storeItems(services, plan, { ...planned, state: isHeld ? 'waiting' : 'applying' })
  if (isHeld) return await holdBack(services, repository, { made, waiting, brake, undone })
  return await recordEvaluated(services, repository, await carryOutPlan(services, made, signal))
}

/**
 * What somebody has undone is not done again behind their back: the same policy waits until somebody applies a plan of it.
 *
 * @returns the plan that was undone
 */
async function undoneBefore({ metadata }: Services, { id }: Repository, plan: Plan): Promise<string | undefined> {
  let after: Plan | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const plans = await metadata.listPlans(id, { after, limit: PLANS_AT_ONCE })
    for (const each of plans.filter(({ policyText }) => policyText === plan.policyText)) {
      if (each.state === 'undoing' || each.state === 'undone') return each.id
      if (each.state === 'applied' && each.appliedBy !== undefined) return undefined
    }
    after = plans.at(-1)
    if (plans.length < PLANS_AT_ONCE) break
  }
  return undefined
}

function takes({ items }: PlannedImages): number {
  const { expire, archive } = summarise(items)
  return expire + archive
}

function isFresh(waiting: Plan, plan: Plan): boolean {
  return waiting.policyText === plan.policyText && plan.createdAtMs - waiting.createdAtMs < DAY_MS
}

interface Held {
  readonly made: Plan
  /** The one that waits until now. */
  readonly waiting: Plan | undefined
  readonly brake: LifecycleBrake
  /** Why it waits, when it is not for its size. */
  readonly undone: string | undefined
}

async function holdBack(
  services: Services,
  repository: Repository,
  { made, waiting, brake, undone }: Held,
): Promise<Plan> {
  const { expire, archive } = made.summary
  const wouldTake = expire + archive
  const why =
    undone === undefined
      ? `It would take ${wouldTake} of ${made.imageCount} images, more than a run may take by itself`
      : `What this policy did by the plan ${undone} was undone`
  const note = `${why}: look at it, then apply it, or change the policy.`
  return await services.metadata.transact(async (transaction) => {
    if (waiting?.state === 'waiting') {
      await stopPlan(transaction, waiting, `The plan ${made.id} replaces it.`)
    }
    await transaction.updatePlan(made.id, { note })
    const after = undone !== undefined && { undonePlanId: undone }
    const detail = { planId: made.id, wouldTake, outOf: made.imageCount, share: brake.share, ...after }
    const place = { ...eventPlace(repository), principal: undefined }
    await transaction.recordEvent({ kind: 'plan-waiting', atMs: services.clock.nowMs(), ...place, detail })
    return { ...made, note }
  })
}

async function recordEvaluated(services: Services, repository: Repository, plan: Plan): Promise<Plan> {
  const { summary, imageCount: images } = plan
  if (summary.expire + summary.archive + summary.untag + summary.refused === 0) return plan
  const detail = {
    images,
    expired: summary.expire,
    archived: summary.archive,
    failed: summary.refused,
    planId: plan.id,
  }
  const place = { ...eventPlace(repository), principal: undefined }
  await services.metadata.transact((transaction) =>
    transaction.recordEvent({ kind: 'lifecycle-evaluated', atMs: services.clock.nowMs(), ...place, detail }),
  )
  return plan
}
