import type { AuditContext, AuditDecision, AuditResource, AuditSource } from '../../core/audit/audit-record.ts'
import { boundedValue } from '../../core/audit/bounded-value.ts'
import { accountOfArn } from '../../core/iam/account-of-arn.ts'
import type { Decision } from '../../core/policy/decide.ts'
import type { Caller, Services } from '../context.ts'
import { callRecords } from './audited-call.ts'
import { describeDecision } from './describe-decision.ts'
import { existingAccount } from './existing-account.ts'
import { replayOf } from './replay-of.ts'

/** What was asked for. */
interface Asked {
  /** As policies name it, `ecr:PutImage`. */
  readonly action: string
  readonly resource: string
  readonly keys?: AuditContext['keys']
}

/** A denial, as whoever owns what was asked for sees it, and as the caller was told. */
export interface Denial {
  readonly decisionId: string
  readonly decision: Decision
  readonly shown: Decision
  readonly sentence: string
}

/**
 * Leaves the record of a denial, under the id that the caller was given. The caller's own account, when it is another
 * one, hears no more of the decision than the caller did.
 */
export async function noteDenial(services: Services, caller: Caller, access: Asked, denial: Denial): Promise<void> {
  const { decisionId: eventId, decision, shown, sentence } = denial
  const ownerId = await findOwner(services, caller, access.resource)
  const facts = {
    eventId,
    source: sourceOf(access.action),
    name: nameOf(access.action),
    readOnly: isRead(access.action),
    resources: resourcesOf(caller, access),
    error: { code: 'AccessDenied', message: sentence },
    ...(ownerId !== undefined && { ownerId }),
  }
  for (const record of callRecords(services, caller, facts)) {
    const viewer = record.recipientAccountId
    const seen = viewer === (ownerId ?? caller.registry.accountId) ? decision : shown
    const detail = { ...record.additionalEventData, decision: describe(seen, viewer, access, caller) }
    services.audit.note({ ...record, additionalEventData: detail })
  }
}

/** Roles alone may be another account's than the one that is asked. */
async function findOwner(services: Services, { registry }: Caller, resource: string): Promise<string | undefined> {
  const accountId = accountOfArn(resource)
  return accountId === registry.accountId ? undefined : await existingAccount(services, accountId)
}

function describe(decision: Decision, viewer: string, access: Asked, caller: Caller): AuditDecision {
  const { principal, registry, origin } = caller
  const context: AuditContext = {
    action: access.action,
    resource: access.resource,
    resourceAccount: accountOfArn(access.resource) ?? registry.accountId,
    keys: access.keys ?? {},
    clientAddress: origin.clientAddress,
    secure: origin.secure,
    ...(origin.userAgent !== undefined && { userAgent: origin.userAgent }),
  }
  const isNobody = principal.kind === 'anonymous'
  const sides = { viewer, caller: isNobody ? undefined : principal.accountId, owner: context.resourceAccount }
  const replay = isNobody || principal.accountId === viewer ? replayOf(principal, context) : undefined
  return {
    ...describeDecision(decision, sides),
    // A copy has the members of what it is a copy of.
    context: boundedValue(context) as AuditContext,
    ...(replay !== undefined && { replay }),
  }
}

const SOURCES: Readonly<Record<string, AuditSource>> = {
  ecr: 'ecr.amazonaws.com',
  sts: 'sts.amazonaws.com',
  iam: 'iam.amazonaws.com',
  cloudtrail: 'cloudtrail.amazonaws.com',
  lading: 'lading.manage',
}

function sourceOf(action: string): AuditSource {
  return SOURCES[action.slice(0, action.indexOf(':'))] ?? 'lading.manage'
}

function nameOf(action: string): string {
  return action.slice(action.indexOf(':') + 1)
}

const READS = /^(?:BatchCheck|BatchGet|Describe|Explain|Get|List|LookUp|Lookup|Simulate|Validate)/

function isRead(action: string): boolean {
  return READS.test(nameOf(action))
}

function resourcesOf(caller: Caller, asked: Asked): AuditResource[] {
  const { resource } = asked
  if (resource === '*') return []
  const type = resource.startsWith('arn:aws:ecr:') ? 'AWS::ECR::Repository' : 'AWS::IAM::Resource'
  return [{ ARN: resource, accountId: ownerOf(caller, asked), type }]
}

/** A role that somebody wants to assume may be of another account than the one that is asked. */
function ownerOf({ registry }: Caller, { resource }: Asked): string {
  return accountOfArn(resource) ?? registry.accountId
}
