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
  readonly outcome: 'created' | 'existing'
  readonly tags: readonly { readonly tag: Tag; readonly outcome: 'create' | 'move' | 'unchanged' }[]
}

/** What it leaves: one for each tag that it set, as ECR has it; one without a tag when it set none; none when nothing changed. */
export function pushEvents(caller: Caller, repository: Repository, done: PushDone): EventRecord[] {
  const changed = done.tags.flatMap(({ tag, outcome }) => (outcome === 'unchanged' ? [] : [tag]))
  if (changed.length > 0) return changed.map((tag) => pushEvent(caller, repository, done, tag))
  return done.outcome === 'created' ? [pushEvent(caller, repository, done, undefined)] : []
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
