import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Plan } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'
import { newPlan } from '../plans/new-plan.ts'
import { effectivePolicy } from './effective-policy.ts'
import { lifecyclePolicyUnknown } from './lifecycle-policies.ts'
import { fillPlan } from './make-plan.ts'

/** A preview that is being made for longer than this was cut off with its process. */
const LONGEST_MS = 15 * 60_000

/**
 * Begins to make a plan of what a policy would do; it changes nothing until somebody applies it.
 *
 * @param text the policy; undefined for the one that the repository is kept by
 * @throws {Refusal} `parameter-invalid`, `lifecycle-policy-unknown`; `lifecycle-preview-running` when another one is
 *   being made; `repository-unknown` when it went meanwhile
 */
export async function startPreview(
  services: Services,
  caller: Caller,
  repository: Repository,
  text: string | undefined,
): Promise<Plan & { readonly policyText: string }> {
  const policyText = text ?? (await effectivePolicy(services.metadata, repository))?.text
  if (policyText === undefined) throw lifecyclePolicyUnknown(caller, repository)
  const policy = parseLifecyclePolicy(policyText)
  const actor = { principal: caller.principal.arn, requestId: caller.requestId }
  const plan = newPlan(services, repository, { kind: 'preview', state: 'making', actor, policyText })
  await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const latest = await transaction.findLatestPlan(repository.id, 'preview')
    if (latest !== undefined && isRunning(services, latest)) throw previewRunning(caller, repository)
    await transaction.insertPlan(plan)
  })
  services.background.start('preview', (signal) => fillPlan(services, repository, plan, { policy, signal }))
  return { ...plan, policyText }
}

/**
 * The newest preview.
 *
 * @throws {Refusal} `lifecycle-preview-unknown` when there was none
 */
export async function getPreview(services: Services, caller: Caller, repository: Repository): Promise<Plan> {
  const latest = await services.metadata.findLatestPlan(repository.id, 'preview')
  if (latest === undefined) {
    throw new Refusal(
      'lifecycle-preview-unknown',
      `There is no dry run for the repository with name '${repository.name}' in the registry with id '${caller.registry.accountId}'`,
    )
  }
  return latest.state === 'making' && !isRunning(services, latest) ? { ...latest, state: 'failed' } : latest
}

function isRunning({ clock }: Services, { state, createdAtMs }: Plan): boolean {
  return state === 'making' && clock.nowMs() - createdAtMs < LONGEST_MS
}

function previewRunning(caller: Caller, repository: Repository): Refusal {
  return new Refusal(
    'lifecycle-preview-running',
    `A lifecycle policy preview is in progress for the repository with name '${repository.name}' in the registry with id '${caller.registry.accountId}'`,
  )
}
