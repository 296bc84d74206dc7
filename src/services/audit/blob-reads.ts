import { type AuditParts, type AuditRecord, auditRecord } from '../../core/audit/audit-record.ts'
import type { Principal } from '../../core/principal.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Ids } from '../../ports/ids.ts'

/** One GET of a blob that was let through. */
export interface BlobRead {
  readonly principal: Principal
  /** Whose repository it is. */
  readonly accountId: string
  readonly region: string
  readonly repositoryArn: string
  readonly bytes: number
  /** Of several reads that are summed up, the first one's stand in the record, as do the key and the session. */
  readonly sourceAddress: string
  readonly userAgent: string
  readonly requestId: string
}

interface Sum {
  readonly first: BlobRead
  readonly fromMs: number
  untilMs: number
  count: number
  bytes: number
}

const MINUTE_MS = 60_000
const MOST_SUMS = 10_000

/** Sums up what each principal reads of each repository, a minute at a time. */
export class BlobReads {
  readonly #services: { readonly clock: Clock; readonly ids: Ids }
  #sums = new Map<string, Sum>()
  #minute = 0

  constructor(services: { readonly clock: Clock; readonly ids: Ids }) {
    this.#services = services
  }

  /** How many records the minute will give so far. */
  get size(): number {
    return this.#sums.size
  }

  /** Only after `endBefore`. @returns false when there is no room for another sum */
  note(read: BlobRead): boolean {
    const nowMs = this.#services.clock.nowMs()
    const key = `${read.principal.arn} ${read.repositoryArn}`
    const sum = this.#sums.get(key)
    if (sum !== undefined) {
      sum.count++
      sum.bytes += read.bytes
      sum.untilMs = nowMs
      return true
    }
    if (this.#sums.size >= MOST_SUMS) return false
    this.#minute = Math.floor(nowMs / MINUTE_MS)
    this.#sums.set(key, { first: read, fromMs: nowMs, untilMs: nowMs, count: 1, bytes: read.bytes })
    return true
  }

  /** The records of a minute that has ended at `nowMs`. */
  endBefore(nowMs: number): AuditRecord[] {
    if (this.#sums.size === 0 || Math.floor(nowMs / MINUTE_MS) === this.#minute) return []
    return this.endAll()
  }

  endAll(): AuditRecord[] {
    const ended = [...this.#sums.values()]
    this.#sums = new Map()
    return ended.map((sum) => auditRecord(this.#partsOf(sum)))
  }

  #partsOf({ first, fromMs, untilMs, count, bytes }: Sum): AuditParts {
    const { principal, accountId, region, repositoryArn, sourceAddress, userAgent, requestId } = first
    return {
      eventId: this.#services.ids.uuid(),
      atMs: untilMs,
      requestId,
      caller: principal,
      source: 'ecr.amazonaws.com',
      name: 'GetDownloadUrlForLayer',
      region,
      accountId,
      readOnly: true,
      sourceAddress,
      userAgent,
      resources: [{ ARN: repositoryArn, accountId, type: 'AWS::ECR::Repository' }],
      category: 'Data',
      detail: { protocol: 'oci', operation: 'blob-get', count, bytes, fromMs, untilMs },
    }
  }
}
