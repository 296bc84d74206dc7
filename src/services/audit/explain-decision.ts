import type { AuditContext, AuditDecision, AuditRecord, AuditReplay } from '../../core/audit/audit-record.ts'
import { reasonClause } from '../../core/policy/decide.ts'
import { anonymousPrincipal, type Principal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import { isRepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import { type Access, type Action, decideAccess, repositoryArn } from '../authorize.ts'
import type { Services } from '../context.ts'
import { compileText } from '../identity/compile-text.ts'
import { findRole } from '../identity/find-role.ts'
import { principalAgain } from '../identity/principal-of.ts'
import { registryOfAccount } from '../registry-for.ts'
import { describeDecision } from './describe-decision.ts'

/** A denial, and what would become of the same request today. */
export interface Explanation {
  /** With its decision. */
  readonly record: AuditRecord
  readonly context: AuditContext
  readonly before: AuditDecision
  readonly now: DecisionNow
}

/** @param reason a clause or a sentence for a person */
export type DecisionNow =
  | (AuditDecision & { readonly reason: string })
  | { readonly outcome: 'unknown'; readonly reason: string }

const NO_REPLAY = 'The trail does not hold all that it takes to decide this again.'
const OTHER_SIDE =
  'as far as the account of the caller decides; what the account of the resource allows is not known here'
const TRUSTS_NOBODY = '{"Version":"2012-10-17","Statement":[]}'
const EVERYBODY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}'
const OF_TRUST = new Set(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])

/**
 * Why a request was denied, from the trail of an account, and how it would be decided by today's policies: for the same
 * principal by its unique id, with its session as it was. That the credential has expired or was revoked is left aside.
 *
 * In the trail of the caller's account, what is another account's is decided by the caller's side alone.
 *
 * @throws {Refusal} `entity-unknown` when the account's trail has no such denial; `policy-malformed` as `decideAccess`
 */
export async function explainDecision(services: Services, accountId: string, decisionId: string): Promise<Explanation> {
  const record = await findRecord(services, accountId, decisionId)
  const before = record?.additionalEventData.decision
  if (record === undefined || before?.context === undefined) {
    throw new Refusal('entity-unknown', `There is no decision ${decisionId} in the audit trail of this account.`)
  }
  const { context } = before
  return { record, context, before, now: await decideAgain(services, record, context) }
}

async function findRecord(services: Services, accountId: string, eventId: string): Promise<AuditRecord | undefined> {
  const entry = await services.audit.find(accountId, eventId)
  // Nothing but records is written there.
  return entry === undefined ? undefined : (JSON.parse(entry.body) as AuditRecord)
}

async function decideAgain(services: Services, record: AuditRecord, context: AuditContext): Promise<DecisionNow> {
  const replay = await replayFor(services, record)
  if (replay === undefined) return { outcome: 'unknown', reason: NO_REPLAY }
  try {
    return await decideFor(services, { record, context, replay, principal: await principalOf(services, replay) })
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'credential-revoked') throw error
    return { outcome: 'denied', by: 'credential', reason: error.message }
  }
}

/** It is in the trail of the caller's account alone, as what a session may do is that account's business. */
async function replayFor(services: Services, record: AuditRecord): Promise<AuditReplay | undefined> {
  const { sharedEventID, userIdentity, recipientAccountId, eventID, additionalEventData } = record
  const accountId = userIdentity.accountId ?? recipientAccountId
  const isElsewhere = sharedEventID !== undefined && accountId !== recipientAccountId
  const own = isElsewhere ? (await findRecord(services, accountId, eventID))?.additionalEventData : additionalEventData
  return own?.decision?.replay
}

async function principalOf(services: Services, replay: AuditReplay): Promise<Principal> {
  const { kind, accountId, sessionName = '', accessKeyId = '', session } = replay
  if (kind === 'anonymous') return anonymousPrincipal(accountId)
  return await principalAgain(services.directory, { ...replay, kind, sessionName, accessKeyId, session })
}

interface Replayed {
  readonly record: AuditRecord
  readonly context: AuditContext
  readonly replay: AuditReplay
  readonly principal: Principal
}

async function decideFor(services: Services, asked: Replayed): Promise<DecisionNow> {
  const { record, context, principal } = asked
  const viewer = record.recipientAccountId
  const owner = context.resourceAccount
  const { registry, access } = owner === viewer ? await whole(services, asked) : callersSide(asked, owner)
  const { clientAddress, secure, userAgent } = context
  const caller = { principal, registry, requestId: record.requestID, origin: { clientAddress, secure, userAgent } }
  const decision = await decideAccess(services, caller, access)
  const isNobody = principal.kind === 'anonymous'
  const sides = { viewer, caller: isNobody ? undefined : principal.accountId, owner }
  const clause = reasonClause(decision, context.action)
  if (owner === viewer) return { ...describeDecision(decision, sides), reason: clause }
  // What stands in for the other account's policy is nobody's.
  const { outcome, by, ...own } = describeDecision(decision, sides)
  return {
    ...own,
    outcome,
    by: decision.isAllowed ? 'identity' : by,
    reason: decision.isAllowed ? `allowed ${OTHER_SIDE}` : clause,
  }
}

interface Question {
  readonly registry: Registry
  readonly access: Access
}

async function whole(services: Services, { record, context }: Replayed): Promise<Question> {
  const { resource, keys } = context
  const action = actionOf(context)
  const registry = await registryOfAccount(services, { accountId: record.recipientAccountId, region: record.awsRegion })
  const name = nameOf(registry, resource)
  const repository = name === undefined ? undefined : await services.metadata.findRepository(registry.id, name)
  if (!OF_TRUST.has(action)) return { registry, access: { action, resource, repository, keys } }
  const text = (await findRole(services, resource))?.role.trustPolicy ?? TRUSTS_NOBODY
  const trust = compileText(text, { kind: 'trust', name: `trust policy of ${resource}` })
  return { registry, access: { action, resource, repository, keys, trust } }
}

/** As if the other account allowed it to everybody. */
function callersSide({ record, context }: Replayed, accountId: string): Question {
  const { resource, keys } = context
  const action = actionOf(context)
  const allowing = (kind: 'trust' | 'repository' | 'registry') => compileText(EVERYBODY, { kind, name: '' })
  // Its id is asked for nowhere, as both policies are given.
  const registry = { id: 0, accountId, region: record.awsRegion }
  const instead = { repository: allowing('repository'), registry: allowing('repository') }
  const access = { action, resource, repository: undefined, keys }
  return { registry, access: OF_TRUST.has(action) ? { ...access, trust: allowing('trust') } : { ...access, instead } }
}

/** What is in a record was asked for once. */
function actionOf({ action }: AuditContext): Action {
  return action as Action
}

function nameOf(registry: Registry, resource: string) {
  const prefix = repositoryArn(registry, '')
  const name = resource.startsWith(prefix) ? resource.slice(prefix.length) : ''
  return isRepositoryName(name) ? name : undefined
}
