import { digestOf } from '../core/content-digest.ts'
import { algorithmOf, type Digest, isDigest } from '../core/digest.ts'
import { matchesGlob } from '../core/glob.ts'
import { listedAnnotations } from '../core/manifest/listed-annotations.ts'
import { type ParsedManifest, parseManifest } from '../core/manifest/parse-manifest.ts'
import { Refusal } from '../core/refusal.ts'
import type { Tag } from '../core/tag.ts'
import { decideTagWrite, isTagLockedByAny, type TagMutability } from '../core/tag-mutability.ts'
import type { NewManifest } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import type { Caller, Services } from './context.ts'
import { lockRepository } from './lock-repository.ts'
import { refuseLocked } from './locks/refuse-locked.ts'
import { pushEvents } from './push-events.ts'
import { pushWarnings } from './push-warnings.ts'
import { type ResolvedReferences, resolveReferences } from './resolve-references.ts'
import { chargeManifest } from './settings/charge.ts'
import { mutabilitiesOf, settingsInForce } from './settings/settings-in-force.ts'
import { checkPushedTags } from './tags/check-pushed-tags.ts'
import { tagRulesIn } from './tags/tag-rules-for.ts'

export interface ManifestPush {
  readonly repository: Repository
  readonly content: Uint8Array
  /** The Content-Type; undefined when there is none. */
  readonly mediaType: string | undefined
  /** What the client says the digest is; also chooses the algorithm. */
  readonly digest?: Digest
  readonly tags: readonly Tag[]
  /** Judges the tag's (or, without one, the digest's) current state inside the transaction: If-Match and such. */
  readonly precondition?: (current: Digest | undefined) => void
}

export interface PushedManifest {
  readonly digest: Digest
  readonly mediaType: string
  /** As the manifest names it; it need not be a digest that could be pushed here. */
  readonly subject: string | undefined
  readonly outcome: 'created' | 'restored' | 'existing'
  /** Sentences for the client, about a push that was accepted all the same. */
  readonly warnings: readonly string[]
  readonly tags: readonly {
    readonly tag: Tag
    readonly outcome: 'create' | 'move' | 'unchanged'
    /** Whether it could not have been moved. */
    readonly isLocked: boolean
  }[]
}

/**
 * Closure check, immutability, tag rules, tags, edges, quotas and events in one transaction: all of it holds at the same
 * instant, or the push is refused and nothing has changed.
 *
 * @throws {Refusal} `manifest-invalid`, `digest-mismatch`, `manifest-references-unknown`, `tag-immutable`,
 *   `tag-not-allowed`, `image-locked`, `precondition-failed`, `repository-unknown`, `limit-exceeded`, `quota-exceeded`
 */
export async function pushManifest(services: Services, caller: Caller, push: ManifestPush): Promise<PushedManifest> {
  const parsed = parseManifest(push.content, push.mediaType)
  const digest = checkedDigest(push)
  return await services.metadata.transact(async (transaction) => {
    const repository = await lockRepository(transaction, caller, { repository: push.repository, mode: 'shared' })
    const settings = await settingsInForce(transaction, repository)
    const mutabilities = mutabilitiesOf(settings.tagMutability)
    const tags = await decideTags(transaction, { ...push, repository, mutabilities }, digest)
    const changed = tags.flatMap(({ tag, outcome }) => (outcome === 'unchanged' ? [] : [tag]))
    const rules = tagRulesIn(settings)
    await checkPushedTags(transaction, rules, { repository, tags: changed, annotations: parsed.annotations })
    const sparse = services.limits.sparseRepositories.some((glob) => matchesGlob(glob, repository.name))
    const references = await resolveReferences(transaction, repository, { digest, parsed }, sparse)
    const nowMs = services.clock.nowMs()
    const row = toRow(push, parsed, { digest, references, nowMs })
    const outcome = await transaction.putManifest(repository.id, row)
    await restoreChildren(transaction, repository, references, nowMs)
    for (const { tag, outcome: change } of tags) {
      if (change === 'unchanged') continue
      const written = { atMs: nowMs, by: caller.principal.arn, cause: 'push' } as const
      const count = (await transaction.putTag(repository.id, tag, digest, written)) ?? 0
      if (count > services.limits.tagsPerManifest) throw tooManyTags(digest, services.limits.tagsPerManifest)
    }
    const done = { digest, parsed, subject: subjectOf(parsed), atMs: nowMs, outcome, tags }
    for (const event of pushEvents(caller, repository, done)) await transaction.recordEvent(event)
    const subjectExists = await hasSubject(transaction, repository, parsed)
    const warnings = pushWarnings(parsed, { tags: push.tags, subjectExists }, references)
    if (outcome === 'created') {
      await chargeManifest(transaction, repository, row, { quotas: settings.quota, charging: 'within quotas' })
    }
    return { digest, mediaType: parsed.mediaType, subject: parsed.subject?.digest, outcome, tags, warnings }
  })
}

/** Whoever pulls an index pulls what it holds. */
async function restoreChildren(
  transaction: MetadataTransaction,
  repository: Repository,
  { archivedChildren }: ResolvedReferences,
  nowMs: number,
): Promise<void> {
  for (const { digest, archivedAtMs } of archivedChildren) {
    const restored = { storageClass: 'standard', archivedAtMs, restoredAtMs: nowMs } as const
    await transaction.setStorageClass(repository.id, digest, restored)
  }
}

function tooManyTags(digest: Digest, most: number): Refusal {
  return new Refusal(
    'limit-exceeded',
    `The image ${digest} has ${most} tags already, the most that one image may have. Take some off that are not needed.`,
  )
}

function checkedDigest(push: ManifestPush): Digest {
  const computed = digestOf(push.content, push.digest === undefined ? 'sha256' : algorithmOf(push.digest))
  if (push.digest === undefined || push.digest === computed) return computed
  throw new Refusal(
    'digest-mismatch',
    `The manifest's digest is ${computed}, not ${push.digest} as the request says.`,
    {
      digests: [computed],
    },
  )
}

/** Locks every tag, in byte order, and decides each before anything is written. */
async function decideTags(
  transaction: MetadataTransaction,
  push: ManifestPush & { readonly mutabilities: readonly TagMutability[] },
  digest: Digest,
): Promise<PushedManifest['tags']> {
  const { repository, mutabilities } = push
  const decided = new Map<Tag, 'create' | 'move' | 'unchanged'>()
  for (const tag of [...new Set(push.tags)].sort()) {
    await transaction.lockTag(repository.id, tag)
    const current = (await transaction.findTag(repository.id, tag))?.digest
    push.precondition?.(current)
    const write = { repositoryName: repository.name, mutabilities, tag, current, wanted: digest }
    const outcome = decideTagWrite(write)
    if (outcome === 'move') await refuseLocked({ transaction, repository }, [tag])
    decided.set(tag, outcome)
  }
  if (push.tags.length === 0 && push.precondition !== undefined) {
    push.precondition((await transaction.findManifest(repository.id, digest))?.digest)
  }
  return [...decided].map(([tag, outcome]) => ({ tag, outcome, isLocked: isTagLockedByAny(mutabilities, tag) }))
}

function toRow(
  push: ManifestPush,
  parsed: ParsedManifest,
  more: { digest: Digest; references: ResolvedReferences; nowMs: number },
): NewManifest {
  const { digest, references, nowMs } = more
  return {
    digest,
    mediaType: parsed.mediaType,
    artifactType: parsed.artifactType ?? parsed.configMediaType,
    configMediaType: parsed.configMediaType,
    subject: subjectOf(parsed),
    sizeBytes: push.content.byteLength,
    imageSizeBytes: parsed.kind === 'index' ? references.largestChildBytes : parsed.imageSizeBytes,
    annotations: parsed.subject === undefined ? undefined : listedAnnotations(parsed.annotations),
    pushedAtMs: nowMs,
    content: push.content,
    children: references.children,
    blobs: references.blobs,
  }
}

/** A subject of an algorithm that cannot be pushed can never be asked for, so it is not recorded. */
function subjectOf(parsed: ParsedManifest): Digest | undefined {
  const digest = parsed.subject?.digest
  return digest !== undefined && isDigest(digest) ? digest : undefined
}

async function hasSubject(
  transaction: MetadataTransaction,
  repository: Repository,
  parsed: ParsedManifest,
): Promise<boolean> {
  const subject = subjectOf(parsed)
  return subject !== undefined && (await transaction.findManifest(repository.id, subject)) !== undefined
}
