import { Refusal } from '../../core/refusal.ts'
import type { EffectiveSettings } from '../../core/settings/resolve-settings.ts'
import { describeScope } from '../../core/settings/scope.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseAnyLock } from '../locks/refuse-locked.ts'
import { newPlan } from '../plans/new-plan.ts'
import { refundRepository } from '../settings/charge.ts'
import { restoreWindowMs, settingsInForce } from '../settings/settings-in-force.ts'

/** A repository as it was, the plan by which it can be brought back, and until when. Unix time in milliseconds. */
export interface DeletedRepository {
  readonly repository: Repository
  readonly planId: string
  readonly undoUntilMs: number
}

/**
 * Deletes the repository with what it holds, at once and however much that is: from now on nobody finds it, and its name
 * is free. Nothing that it held goes before its restore window ends; then the collector takes it, little by little, and
 * leaves the blobs that other repositories hold too.
 *
 * @param options `force`: also when it holds images
 * @throws {Refusal} `repository-unknown`, `repository-not-empty`; `image-locked` when something in it is locked;
 *   `deletion-protected`, whatever the options say
 */
export async function deleteRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  options: { force: boolean },
): Promise<DeletedRepository> {
  return await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const settings = await settingsInForce(transaction, current)
    refuseIfProtected(repository.name, settings.deletionProtection)
    const hasImages = await transaction.hasManifests(repository.id)
    if (hasImages && !options.force) throw repositoryNotEmpty(repository.name, caller.registry.accountId)
    await refuseAnyLock(transaction, current)
    const actor = { principal: caller.principal.arn, requestId: caller.requestId }
    const plan = newPlan(services, current, { kind: 'repository-deletion', state: 'applied', actor })
    const atMs = plan.createdAtMs
    const undoUntilMs = atMs + restoreWindowMs(settings, services.limits.restoreWindowMs)
    await transaction.insertPlan({ ...plan, appliedBy: actor, appliedAtMs: atMs, undoUntilMs })
    await transaction.deleteRepository(repository.id, atMs, undoUntilMs)
    const detail = { hasImages, requestId: caller.requestId, planId: plan.id }
    await transaction.recordEvent({ kind: 'repository-deleted', atMs, ...requestOf(caller, current), detail })
    await refundRepository(transaction, current, settings.quota)
    return { repository: current, planId: plan.id, undoUntilMs }
  })
}

function refuseIfProtected(name: string, said: EffectiveSettings['deletionProtection']): void {
  const protecting = said.find(({ value }) => value)
  if (protecting === undefined) return
  throw new Refusal(
    'deletion-protected',
    `The repository with name '${name}' cannot be deleted because deletion protection is set by ${describeScope(protecting.scope)}. Take that off first.`,
    { scope: protecting.scope },
  )
}

function repositoryNotEmpty(name: string, accountId: string): Refusal {
  return new Refusal(
    'repository-not-empty',
    `The repository with name '${name}' in registry with id '${accountId}' cannot be deleted because it still contains images`,
  )
}
