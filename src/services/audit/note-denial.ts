import type { AuditDecision, AuditResource, AuditSource } from '../../core/audit/audit-record.ts'
import { accountOfArn } from '../../core/iam/account-of-arn.ts'
import type { Decision } from '../../core/policy/decide.ts'
import type { Caller, Services } from '../context.ts'
import { callRecords } from './audited-call.ts'

/** What was asked for. */
interface Asked {
  /** As policies name it, `ecr:PutImage`. */
  readonly action: string
  readonly resource: string
  readonly keys?: Readonly<Record<string, unknown>>
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
export function noteDenial(services: Services, caller: Caller, access: Asked, denial: Denial): void {
  const { decisionId: eventId, decision, shown, sentence } = denial
  const facts = {
    eventId,
    source: sourceOf(access.action),
    name: nameOf(access.action),
    readOnly: isRead(access.action),
    resources: resourcesOf(caller, access),
    error: { code: 'AccessDenied', message: sentence },
  }
  const records = callRecords(services, caller, facts)
  for (const record of records) {
    const isOwner = record.recipientAccountId === ownerOf(caller, access)
    const seen = describe(isOwner ? decision : shown, access, caller)
    const { additionalEventData } = record
    services.audit.note({ ...record, additionalEventData: { ...additionalEventData, decision: seen } })
  }
}

function describe({ outcome, by, statement }: Decision, access: Asked, { origin, principal }: Caller): AuditDecision {
  const session = principal.kind === 'anonymous' ? undefined : principal.session
  return {
    outcome: 'denied',
    by: outcome === 'explicit-deny' ? by : `no allow: ${by}`,
    ...(statement !== undefined && {
      policy: statement.source.name,
      statement: statement.index,
      ...(statement.sid !== undefined && { sid: statement.sid }),
    }),
    context: {
      action: access.action,
      resource: access.resource,
      keys: access.keys ?? {},
      clientAddress: origin.clientAddress,
      secure: origin.secure,
      ...(session !== undefined && {
        sessionTags: session.tags.map(({ key, value }) => `${key}=${value}`),
        sessionLayers: session.policyLayers.length,
      }),
    },
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
