import { auditEntry } from '../../core/audit/audit-entry.ts'
import {
  type AuditDecision,
  type AuditParts,
  type AuditRecord,
  type AuditResource,
  type AuditSource,
  auditRecord,
} from '../../core/audit/audit-record.ts'
import type { AuditCaller } from '../../core/audit/user-identity.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { NO_REGISTRY } from '../registry-for.ts'

/** What a call is, in its record. */
export interface CallFacts {
  readonly source: AuditSource
  /** As IAM names the action, without the service. */
  readonly name: string
  readonly readOnly: boolean
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly resources?: readonly AuditResource[]
  readonly detail?: NonNullable<AuditParts['detail']>
  /** Whose it is that is acted on, when that is neither the caller's nor the registry's account; it has to exist. */
  readonly ownerId?: string
}

/** Who asks although nobody has signed, and in whose account they do. */
export interface Identified {
  readonly caller: AuditCaller
  readonly accountId: string
  readonly resources: readonly AuditResource[]
  readonly detail: NonNullable<AuditParts['detail']>
  /** Why it was denied, if it was. */
  readonly decision?: AuditDecision
}

/** Tells who asks, as soon as it is known. */
export type Identify = (identified: Identified) => void

/** How a call ended that was refused. */
export interface CallError {
  /** The code of its surface. */
  readonly code: string
  readonly message: string
}

/**
 * The records of a call: in the trail of the account that is asked, and in that of the caller when it is another one,
 * under one id. Of an account that is not there, none is kept.
 */
export function callRecords(
  services: Pick<Services, 'clock'>,
  caller: Caller,
  facts: CallFacts & { readonly eventId: string; readonly error?: CallError },
): AuditRecord[] {
  const { principal, registry } = caller
  const parts = partsOf(services, caller, facts)
  if (principal.kind === 'anonymous' || principal.accountId === parts.accountId) return [auditRecord(parts)]
  const shared = { ...parts, sharedEventId: parts.eventId }
  const ofCaller = auditRecord({ ...shared, accountId: principal.accountId })
  return facts.ownerId === undefined && registry.id === NO_REGISTRY ? [ofCaller] : [auditRecord(shared), ofCaller]
}

function partsOf(
  { clock }: Pick<Services, 'clock'>,
  { principal, registry, requestId, origin }: Caller,
  { ownerId, ...facts }: CallFacts & { readonly eventId: string; readonly error?: CallError },
): AuditParts {
  return {
    ...facts,
    atMs: clock.nowMs(),
    requestId,
    caller: principal,
    region: registry.region,
    accountId: ownerId ?? registry.accountId,
    sourceAddress: origin.clientAddress,
    userAgent: origin.userAgent ?? '',
  }
}

/**
 * Runs a call so that it leaves a record: of a change, in the transaction that makes it; of a read and of a refusal, soon
 * afterwards. A denial has left its own (`noteDenial`).
 *
 * @param call.codeOf the code by which the call's surface refuses
 * @param call.isUnsigned the call itself finds out who asks, and tells; of somebody who is not found out there is no record
 */
export async function audited<Result>(
  services: Services,
  caller: Caller,
  call: CallFacts & { readonly codeOf: (reason: RefusalReason) => string; readonly isUnsigned?: boolean },
  run: (services: Services, identify: Identify) => Promise<Result>,
): Promise<Result> {
  const { codeOf, isUnsigned = false, ...facts } = call
  const running = new AuditedCall(services, caller, facts, !isUnsigned)
  try {
    const result = await run(running.services, (found) => running.identify(found))
    running.succeeded()
    return result
  } catch (error) {
    if (error instanceof Refusal && error.detail.decisionId === undefined) {
      running.failed({ code: codeOf(error.reason), message: error.message })
    }
    throw error
  }
}

/** One call on its way, and the record that it leaves. */
class AuditedCall {
  readonly #given: Services
  readonly #caller: Caller
  readonly #facts: CallFacts
  readonly #eventId: string
  #isRecorded = false
  #isKnown: boolean
  #identified: Identified | undefined

  constructor(services: Services, caller: Caller, facts: CallFacts, isKnown: boolean) {
    this.#given = services
    this.#caller = caller
    this.#facts = facts
    this.#eventId = services.ids.uuid()
    this.#isKnown = isKnown
  }

  identify(identified: Identified): void {
    this.#isKnown = true
    this.#identified = identified
  }

  /** What the call works with: every transaction of a call that changes something writes its record too. */
  get services(): Services {
    if (this.#facts.readOnly) return this.#given
    return { ...this.#given, metadata: this.#auditing(this.#given.metadata) }
  }

  /** A read, or a change that took no transaction, is noted; a change has its record. */
  succeeded(): void {
    if (!this.#isRecorded) for (const record of this.#records()) this.#given.audit.note(record)
  }

  /** What a call that failed has done all the same is in its own record. */
  failed(error: CallError): void {
    const { ids, audit } = this.#given
    const eventId = this.#isRecorded ? ids.uuid() : this.#eventId
    for (const record of this.#records(eventId, error)) audit.note(record)
  }

  #records(eventId = this.#eventId, error?: CallError): AuditRecord[] {
    if (!this.#isKnown) return []
    const facts = { ...this.#facts, eventId, ...(error !== undefined && { error }) }
    const identified = this.#identified
    if (identified === undefined) return callRecords(this.#given, this.#caller, facts)
    const { decision, ...known } = identified
    const record = auditRecord({ ...partsOf(this.#given, this.#caller, facts), ...known })
    if (decision === undefined) return [record]
    return [{ ...record, additionalEventData: { ...record.additionalEventData, decision } }]
  }

  #auditing(metadata: MetadataStore): MetadataStore {
    return {
      ...metadata,
      transact: async (work) => {
        const result = await metadata.transact(async (transaction) => {
          const done = await work(transaction)
          // Some have to undo something outside before they refuse; what they have not done is no record.
          if (done instanceof Refusal) return done
          // The same record however many transactions a call takes: of two with one id, the first is kept.
          await transaction.recordAudit(this.#records().map(auditEntry))
          return done
        })
        if (result instanceof Refusal) return result
        if (!this.#isRecorded) this.#given.audit.countWritten(this.#records().length)
        this.#isRecorded = true
        return result
      },
    }
  }
}
