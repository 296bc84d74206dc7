import { type AuditParts, type AuditRecord, auditRecord } from '../../core/audit/audit-record.ts'
import { type RegistryPlace, repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { Principal } from '../../core/principal.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Ids } from '../../ports/ids.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { RequestOrigin } from '../request-origin.ts'

/** One read of a blob or a manifest that was let through. */
export interface Read {
  readonly operation: 'blob-get' | 'manifest-get'
  /** Of several reads that are summed up, the first one's stands in the record, with its key, session and address. */
  readonly caller: {
    readonly principal: Principal
    readonly registry: RegistryPlace
    readonly requestId: string
    readonly origin: RequestOrigin
  }
  readonly repository: Pick<Repository, 'id' | 'name'>
  /** Of a manifest: which one, and by which tag if by one. */
  readonly digest: string | undefined
  readonly tag: string | undefined
  readonly bytes: number
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
  /** By the principal's ARN, then by what was read. */
  #sums = new Map<string, Map<string, Sum>>()
  #size = 0
  #window = 0

  /** @param windowMs how long reads are summed up before they become a record */
  constructor(services: { readonly clock: Clock; readonly ids: Ids }, windowMs: number) {
    this.#services = services
    this.#windowMs = windowMs
  }

  /** How many records the window will give so far. */
  get size(): number {
    return this.#size
  }

  /** Only after `endBefore`. @returns false when there is no room for another sum */
  note(read: Read): boolean {
    const nowMs = this.#services.clock.nowMs()
    const { caller, repository, digest, tag } = read
    const key = digest === undefined ? `${repository.id}` : `${repository.id} ${digest} ${tag ?? ''}`
    const ofPrincipal = this.#sums.get(caller.principal.arn)
    const sum = ofPrincipal?.get(key)
    if (sum !== undefined) {
      sum.count++
      sum.bytes += read.bytes
      sum.untilMs = nowMs
      return true
    }
    if (this.#size >= MOST_SUMS) return false
    this.#window = Math.floor(nowMs / this.#windowMs)
    // A request's address is only known while it lasts.
    const { clientAddress: sourceAddress, userAgent = '' } = caller.origin
    const first = { sourceAddress, userAgent, fromMs: nowMs, untilMs: nowMs, count: 1, bytes: read.bytes }
    const sums = ofPrincipal ?? new Map<string, Sum>()
    this.#sums.set(caller.principal.arn, sums.set(key, { first: read, ...first }))
    this.#size++
    return true
  }

  /** The records of a window that has ended at `nowMs`. */
  endBefore(nowMs: number): AuditRecord[] {
    if (this.#size === 0 || Math.floor(nowMs / this.#windowMs) === this.#window) return []
    return this.endAll()
  }

  endAll(): AuditRecord[] {
    const ended = [...this.#sums.values()].flatMap((sums) => [...sums.values()])
    this.#sums = new Map()
    this.#size = 0
    return ended.flatMap((sum) => this.#recordsOf(sum))
  }

  /** In the trail of the repository's account, and of the principal's if that is another. */
  #recordsOf(sum: Sum): AuditRecord[] {
    const parts = this.#partsOf(sum)
    const { principal, registry } = sum.first.caller
    const { accountId } = registry
    if (principal.kind === 'anonymous' || principal.accountId === accountId) return [auditRecord(parts)]
    const shared = { ...parts, sharedEventId: parts.eventId }
    return [auditRecord(shared), auditRecord({ ...shared, accountId: principal.accountId })]
  }

  #partsOf({ first, sourceAddress, userAgent, fromMs, untilMs, count, bytes }: Sum): AuditParts {
    const { operation, caller, repository, digest, tag } = first
    const { principal, requestId, registry } = caller
    const { accountId, region } = registry
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
      resources: [{ ARN: repositoryArn(registry, repository.name), accountId, type: 'AWS::ECR::Repository' }],
      ...(operation === 'blob-get' && { category: 'Data' as const }),
      detail: { protocol: 'oci', operation, ...image, count, bytes, fromMs, untilMs },
    }
  }
}
