import { Refusal } from '../../core/refusal.ts'
import type { ImageLock, LockTarget } from '../../ports/metadata/image-locks.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { lockRepository } from '../lock-repository.ts'
import { manifestUnknown } from '../pull-manifest.ts'

/** ECR bounds images, not locks; a repository's are read as a whole by every plan. */
const MOST_LOCKS = 10_000

/**
 * Locks an image or a tag, or says anew why it is locked. From then on no lifecycle policy, deletion, push or replication
 * touches it.
 *
 * @throws {Refusal} `manifest-unknown` when it is not there; `limit-exceeded`, `repository-unknown`
 */
export async function lockImage(
  services: Services,
  caller: Caller,
  repository: Repository,
  { target, reason, owner }: { readonly target: LockTarget; readonly reason: string; readonly owner: string },
): Promise<ImageLock> {
  return await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    await refuseAbsent(transaction, current, target)
    const atMs = services.clock.nowMs()
    const lock: ImageLock = { ...target, reason, owner, lockedBy: caller.principal.arn, lockedAtMs: atMs }
    await refuseTooMany(transaction, current)
    await transaction.putImageLock(repository.id, lock)
    const detail = { ...factsOf(target), reason, owner, requestId: caller.requestId }
    await transaction.recordEvent({ kind: 'image-locked', atMs, ...requestOf(caller, current), detail })
    return lock
  })
}

/** @throws {Refusal} `entity-unknown` when it is not locked; `repository-unknown` */
export async function unlockImage(
  services: Services,
  caller: Caller,
  repository: Repository,
  target: LockTarget,
): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    if (!(await transaction.deleteImageLock(repository.id, target))) {
      throw new Refusal('entity-unknown', `The ${target.kind} ${target.name} is not locked in ${repository.name}.`)
    }
    const detail = { ...factsOf(target), requestId: caller.requestId }
    const atMs = services.clock.nowMs()
    await transaction.recordEvent({ kind: 'image-unlocked', atMs, ...requestOf(caller, current), detail })
  })
}

function factsOf(target: LockTarget) {
  return target.kind === 'tag' ? { tag: target.name } : { digest: target.name }
}

async function refuseAbsent(
  transaction: MetadataTransaction,
  repository: Repository,
  target: LockTarget,
): Promise<void> {
  if (target.kind === 'tag') {
    if ((await transaction.findTag(repository.id, target.name)) !== undefined) return
    throw manifestUnknown({ kind: 'tag', tag: target.name })
  }
  if ((await transaction.findManifest(repository.id, target.name)) !== undefined) return
  throw manifestUnknown({ kind: 'digest', digest: target.name })
}

async function refuseTooMany(transaction: MetadataTransaction, repository: Repository): Promise<void> {
  if (!repository.hasLocks) return
  const locks = await transaction.listImageLocks(repository.id, { limit: MOST_LOCKS })
  if (locks.length < MOST_LOCKS) return
  throw new Refusal('limit-exceeded', `${repository.name} has ${MOST_LOCKS} locks already, the most that it may have.`)
}
