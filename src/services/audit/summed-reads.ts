import { type AuditParts, type AuditRecord, auditRecord } from '../../core/audit/audit-record.ts'
import type { Principal } from '../../core/principal.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Ids } from '../../ports/ids.ts'

/** One read of a blob or a manifest that was let through. */
export interface Read {
  readonly operation: 'blob-get' | 'manifest-get'
  readonly principal: Principal
  /** Whose repository it is. */
  readonly accountId: string
  readonly region: string
  readonly repositoryArn: string
  /** Of a manifest: which one, and by which tag if by one. */
  readonly digest?: string
  readonly tag?: string | undefined
  readonly bytes: number
  /** Of several reads that are summed up, the first one's stand in the record, as do the key and the session. */
  readonly origin: ReadOrigin
  readonly requestId: string
}

/** Read only for the first of a sum. */
export interface ReadOrigin {
  readonly clientAddress: string
  readonly userAgent: string | undefined
}

interface Sum {
  readonly first: Read
  readonly sourceAddress: string
  readonly userAgent: string
  readonly fromMs: number
  untilMs: number
  count: number
  bytes: number
}

const NAMES = { 'blob-get': 'GetDownloadUrlForLayer', 'manifest-get': 'BatchGetImage' } as const
const MOST_SUMS = 10_000

/**
 * Sums up what each principal reads: for blobs, of a repository; for manifests, of a manifest by one name. Noting what is
 * in a sum already costs next to nothing, which is what keeps a pull from being slowed by its record.
 */
export class SummedReads {
  readonly #services: { readonly clock: Clock; readonly ids: Ids }
  readonly #windowMs: number
  #sums = new Map<string, Sum>()
  #window = 0

  /** @param windowMs how long reads are summed up before they become a record */
  constructor(services: { readonly clock: Clock; readonly ids: Ids }, windowMs: number) {
    this.#services = services
    this.#windowMs = windowMs
  }

  /** How many records the window will give so far. */
  get size(): number {
    return this.#sums.size
  }

  /** Only after `endBefore`. @returns false when there is no room for another sum */
  note(read: Read): boolean {
    const nowMs = this.#services.clock.nowMs()
    const key = `${read.principal.arn} ${read.repositoryArn} ${read.digest ?? ''} ${read.tag ?? ''}`
    const sum = this.#sums.get(key)
    if (sum !== undefined) {
      sum.count++
      sum.bytes += read.bytes
      sum.untilMs = nowMs
      return true
    }
    if (this.#sums.size >= MOST_SUMS) return false
    this.#window = Math.floor(nowMs / this.#windowMs)
    // A request's address is only known while it lasts.
    const { clientAddress: sourceAddress, userAgent = '' } = read.origin
    const more = { sourceAddress, userAgent, fromMs: nowMs, untilMs: nowMs }
    this.#sums.set(key, { first: read, ...more, count: 1, bytes: read.bytes })
    return true
  }

  /** The records of a window that has ended at `nowMs`. */
  endBefore(nowMs: number): AuditRecord[] {
    if (this.#sums.size === 0 || Math.floor(nowMs / this.#windowMs) === this.#window) return []
    return this.endAll()
  }

  endAll(): AuditRecord[] {
    const ended = [...this.#sums.values()]
    this.#sums = new Map()
    return ended.flatMap((sum) => this.#recordsOf(sum))
  }

  /** In the trail of the repository's account, and of the principal's if that is another. */
  #recordsOf(sum: Sum): AuditRecord[] {
    const parts = this.#partsOf(sum)
    const { principal, accountId } = sum.first
    if (principal.kind === 'anonymous' || principal.accountId === accountId) return [auditRecord(parts)]
    const shared = { ...parts, sharedEventId: parts.eventId }
    return [auditRecord(shared), auditRecord({ ...shared, accountId: principal.accountId })]
  }

  #partsOf({ first, sourceAddress, userAgent, fromMs, untilMs, count, bytes }: Sum): AuditParts {
    const { operation, principal, accountId, region, repositoryArn, requestId, digest, tag } = first
    const image = { ...(digest !== undefined && { digest }), ...(tag !== undefined && { tag }) }
    return {
      eventId: this.#services.ids.uuid(),
      atMs: untilMs,
      requestId,
      caller: principal,
      source: 'ecr.amazonaws.com',
      name: NAMES[operation],
      region,
      accountId,
      readOnly: true,
      sourceAddress,
      userAgent,
      resources: [{ ARN: repositoryArn, accountId, type: 'AWS::ECR::Repository' }],
      ...(operation === 'blob-get' && { category: 'Data' as const }),
      detail: { protocol: 'oci', operation, ...image, count, bytes, fromMs, untilMs },
    }
  }
}
