import type { Digest } from '../core/digest.ts'
import type { ParsedManifest } from '../core/manifest/parse-manifest.ts'
import type { Tag } from '../core/tag.ts'
import type { EventRecord } from '../ports/metadata/event-record.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Caller } from './context.ts'
import { requestOf } from './event-place.ts'

/** What a push has done. */
export interface PushDone {
  readonly digest: Digest
  readonly parsed: ParsedManifest
  readonly subject: Digest | undefined
  readonly atMs: number
  readonly outcome: 'created' | 'restored' | 'existing'
  readonly tags: readonly { readonly tag: Tag; readonly outcome: 'create' | 'move' | 'unchanged' }[]
}

/**
 * What it leaves: one for each tag that it set, as ECR has it; one without a tag when it set none; none when nothing
 * changed. A push of what was archived restores it, which is an event of its own.
 */
export function pushEvents(caller: Caller, repository: Repository, done: PushDone): EventRecord[] {
  const changed = done.tags.flatMap(({ tag, outcome }) => (outcome === 'unchanged' ? [] : [tag]))
  const pushed = changed.map((tag) => pushEvent(caller, repository, done, tag))
  if (done.outcome === 'restored') return [restoredEvent(caller, repository, done), ...pushed]
  if (pushed.length > 0 || done.outcome === 'existing') return pushed
  return [pushEvent(caller, repository, done, undefined)]
}

function restoredEvent(caller: Caller, repository: Repository, { digest, parsed, atMs }: PushDone): EventRecord {
  const { mediaType, artifactType = parsed.configMediaType } = parsed
  const detail = { digest, mediaType, artifactType, lastActivatedAtMs: atMs, requestId: caller.requestId }
  return { kind: 'image-restored', atMs, ...requestOf(caller, repository), detail }
}

function pushEvent(caller: Caller, repository: Repository, done: PushDone, tag: Tag | undefined): EventRecord {
  const { digest, parsed, subject, atMs } = done
  const { mediaType, artifactType = parsed.configMediaType } = parsed
  const image = { digest, mediaType, artifactType, ...(tag !== undefined && { tag }), requestId: caller.requestId }
  const where = { atMs, ...requestOf(caller, repository) }
  return subject === undefined
    ? { ...where, kind: 'image-pushed', detail: image }
    : { ...where, kind: 'referrer-pushed', detail: { ...image, subject } }
}
