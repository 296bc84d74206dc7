import type { Digest } from '../../core/digest.ts'
import { annotationsOf } from '../../core/manifest/annotations-of.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import { decideTagWrite, isTagLocked, tagImmutable } from '../../core/tag-mutability.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseLocked } from '../locks/refuse-locked.ts'
import { mutabilitiesOf, settingsInForce } from '../settings/settings-in-force.ts'
import { checkPushedTags } from './check-pushed-tags.ts'
import { tagRulesIn } from './tag-rules-for.ts'

export interface RolledBackTag {
  /** Where it pointed before; undefined when it was gone. */
  readonly from: Digest | undefined
  /** Where it points now; undefined when there was no such tag then, so that there is none now. */
  readonly to: Digest | undefined
}

/**
 * Makes a tag what it was at an instant. It is a write like any other: immutability and locks hold, and it leaves a
 * period in the tag's memory, by which it can be rolled back itself.
 *
 * @throws {Refusal} `manifest-unknown` when the image of then is deleted, or the tag never was; `tag-immutable`,
 *   `image-locked`, `tag-not-allowed`, `repository-unknown`
 */
export async function rollBackTag(
  services: Services,
  caller: Caller,
  repository: Repository,
  { tag, asOfMs }: { readonly tag: Tag; readonly asOfMs: number },
): Promise<RolledBackTag> {
  return await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'shared' })
    await transaction.lockTag(repository.id, tag)
    const from = (await transaction.findTag(repository.id, tag))?.digest
    const to = (await transaction.findTagAt(repository.id, tag, asOfMs))?.digest
    if (from === to) return from === undefined ? refuseUnknown(tag, asOfMs) : { from, to }
    await refuseLocked({ transaction, repository: current }, [tag])
    const atMs = services.clock.nowMs()
    await write(transaction, current, { tag, from, to, atMs, by: caller.principal.arn })
    const detail = { tag, ...(from && { from }), ...(to && { to }), asOfMs, requestId: caller.requestId }
    await transaction.recordEvent({ kind: 'tag-rolled-back', atMs, ...requestOf(caller, current), detail })
    return { from, to }
  })
}

function refuseUnknown(tag: Tag, asOfMs: number): never {
  throw new Refusal(
    'manifest-unknown',
    `There is no tag ${tag}, and there was none at ${new Date(asOfMs).toISOString()}.`,
  )
}

async function write(
  transaction: MetadataTransaction,
  repository: Repository,
  { tag, from, to, atMs, by }: RolledBackTag & { tag: Tag; atMs: number; by: string },
): Promise<void> {
  const change = { atMs, by, cause: 'rollback' } as const
  const { id, name: repositoryName } = repository
  const settings = await settingsInForce(transaction, repository)
  const mutabilities = mutabilitiesOf(settings.tagMutability)
  if (to === undefined) {
    if (mutabilities.some((mutability) => isTagLocked(mutability, tag))) throw tagImmutable(repositoryName, tag)
    await transaction.deleteTag(id, tag, change)
    return
  }
  await refuseGone(transaction, repository, tag, to)
  decideTagWrite({ repositoryName, mutabilities, tag, current: from, wanted: to })
  const content = (await transaction.readManifest(id, to))?.content
  const annotations = content && annotationsOf(content)
  await checkPushedTags(transaction, tagRulesIn(settings), { repository, tags: [tag], annotations })
  await transaction.putTag(id, tag, to, change)
}

/** The plan that deleted it brings it back, while its window lasts. */
async function refuseGone(
  transaction: MetadataTransaction,
  repository: Repository,
  tag: Tag,
  digest: Digest,
): Promise<void> {
  if ((await transaction.findManifest(repository.id, digest)) !== undefined) return
  const periods = await transaction.listTagPeriods(repository.id, tag, { limit: 100 })
  const planId = periods.find((period) => period.digest === digest)?.until.planId
  const how = planId === undefined ? '' : ` The plan ${planId} deleted it: undo that first.`
  throw new Refusal('manifest-unknown', `The image ${digest} that ${tag} pointed at then is not there any more.${how}`)
}
