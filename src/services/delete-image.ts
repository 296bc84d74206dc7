import type { Digest } from '../core/digest.ts'
import { Refusal } from '../core/refusal.ts'
import type { Tag } from '../core/tag.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import type { Caller, Services } from './context.ts'
import { requestOf } from './event-place.ts'
import { lockRepository } from './lock-repository.ts'
import { manifestUnknown } from './pull-manifest.ts'
import { refundManifest } from './settings/charge.ts'
import { restoreWindowMs, settingsInForce } from './settings/settings-in-force.ts'

/** How many of the indexes that hold a manifest the refusal names. */
const HOLDERS_NAMED = 10
/** The rest of an image's tags are in their history, which has when they ended. */
const TAGS_NAMED = 100

/**
 * Takes the tag off. The manifest stays, untagged if this was its last tag.
 *
 * @throws {Refusal} `manifest-unknown` when there is no such tag; `repository-unknown` when that went meanwhile
 */
export async function untag(services: Services, caller: Caller, repository: Repository, tag: Tag): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'shared' })
    await transaction.lockTag(repository.id, tag)
    await untagLocked(services, caller, transaction, { repository, tag })
  })
}

/**
 * Deletes a manifest and every tag on it. It can be brought back until its restore window ends; what it held is
 * collected after that.
 *
 * @returns the tags that pointed at it
 * @throws {Refusal} as `untag`; `manifest-in-use` when an index of the repository holds it
 */
export async function deleteManifest(
  services: Services,
  caller: Caller,
  repository: Repository,
  digest: Digest,
): Promise<Tag[]> {
  return await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    return await deleteLocked(services, caller, transaction, { repository, digest })
  })
}

/**
 * Takes the tag off, and deletes the manifest when that was its last tag: what ECR's API does (ecr.md fact 9).
 *
 * @param image `expected`: what the tag must point at, when the caller says so
 * @returns what the tag pointed at
 * @throws {Refusal} as `untag`; `manifest-in-use` when an index holds the manifest that would go, and then nothing has
 *   changed
 */
export async function deleteTagAndOrphan(
  services: Services,
  caller: Caller,
  repository: Repository,
  { tag, expected }: { tag: Tag; expected: Digest | undefined },
): Promise<Digest> {
  return await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const digest = (await transaction.findTag(repository.id, tag))?.digest
    if (digest === undefined || (expected ?? digest) !== digest) throw manifestUnknown({ kind: 'tag', tag })
    const tags = await transaction.tagsOf(repository.id, digest)
    if (tags.length > 1) await untagLocked(services, caller, transaction, { repository, tag })
    else await deleteLocked(services, caller, transaction, { repository, digest })
    return digest
  })
}

async function untagLocked(
  services: Services,
  caller: Caller,
  transaction: MetadataTransaction,
  { repository, tag }: { repository: Repository; tag: Tag },
): Promise<void> {
  const atMs = services.clock.nowMs()
  if (!(await transaction.deleteTag(repository.id, tag, atMs))) throw manifestUnknown({ kind: 'tag', tag })
  const detail = { tag, requestId: caller.requestId }
  await transaction.recordEvent({ kind: 'tag-deleted', atMs, ...requestOf(caller, repository), detail })
}

async function deleteLocked(
  services: Services,
  caller: Caller,
  transaction: MetadataTransaction,
  { repository, digest }: { repository: Repository; digest: Digest },
): Promise<Tag[]> {
  const manifest = await transaction.findManifest(repository.id, digest)
  if (manifest === undefined) throw manifestUnknown({ kind: 'digest', digest })
  const holders = await transaction.parentsOf(repository.id, digest, HOLDERS_NAMED)
  if (holders.length > 0) throw manifestInUse(holders)
  const atMs = services.clock.nowMs()
  const settings = await settingsInForce(transaction, repository)
  const windowMs = restoreWindowMs(settings, services.limits.restoreWindowMs)
  const tags = await transaction.deleteManifest(repository.id, digest, atMs, atMs + windowMs)
  const detail = { digest, tags: tags.slice(0, TAGS_NAMED), tagCount: tags.length, requestId: caller.requestId }
  await transaction.recordEvent({ kind: 'manifest-deleted', atMs, ...requestOf(caller, repository), detail })
  await refundManifest(transaction, repository, manifest, settings.quota)
  return tags
}

/** ECR's sentence (ecr.md 1.0, batch failures). */
function manifestInUse(holders: readonly Digest[]): Refusal {
  return new Refusal('manifest-in-use', `Requested image referenced by manifest list: [${holders.join(', ')}]`, {
    digests: holders,
  })
}
