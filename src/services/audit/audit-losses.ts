import { type AuditRecord, auditRecord } from '../../core/audit/audit-record.ts'
import { SERVICE_NAME } from '../../core/audit/user-identity.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Ids } from '../../ports/ids.ts'

/** More accounts than an installation has; what is lost of others is counted and not told. */
const MOST_ACCOUNTS = 1000

interface Loss {
  count: number
  readonly fromMs: number
  untilMs: number
}

/** Records that there was no room for: how many, of which accounts and when, until the trail has been told. */
export class AuditLosses {
  readonly #services: { readonly clock: Clock; readonly ids: Ids }
  readonly #region: string
  readonly #untold = new Map<string, Loss>()
  #count = 0

  constructor(services: { readonly clock: Clock; readonly ids: Ids }, region: string) {
    this.#services = services
    this.#region = region
  }

  /** All that were ever lost, told or not. */
  get count(): number {
    return this.#count
  }

  get areUntold(): boolean {
    return this.#untold.size > 0
  }

  add(accountId: string): void {
    this.#count++
    const nowMs = this.#services.clock.nowMs()
    const loss = this.#untold.get(accountId)
    if (loss !== undefined) {
      loss.count++
      loss.untilMs = nowMs
    } else if (this.#untold.size < MOST_ACCOUNTS) {
      this.#untold.set(accountId, { count: 1, fromMs: nowMs, untilMs: nowMs })
    }
  }

  /** The records that tell of what was lost since the last time. */
  tell(): AuditRecord[] {
    const records = [...this.#untold].map(([accountId, loss]) => this.#record(accountId, loss))
    this.#untold.clear()
    return records
  }

  #record(accountId: string, { count, fromMs, untilMs }: Loss): AuditRecord {
    const { clock, ids } = this.#services
    return auditRecord({
      eventId: ids.uuid(),
      atMs: clock.nowMs(),
      requestId: '',
      caller: { kind: 'service' },
      source: 'lading.internal',
      name: 'AuditRecordsLost',
      region: this.#region,
      accountId,
      readOnly: false,
      sourceAddress: SERVICE_NAME,
      userAgent: SERVICE_NAME,
      detail: { count, fromMs, untilMs },
    })
  }
}
