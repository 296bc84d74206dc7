import type { CompiledPolicy } from './compile-policy.ts'
import type { GrantClass } from './compile-principal.ts'
import type { CompiledStatement } from './compile-statement.ts'
import { Evaluation, TooManySteps } from './evaluation.ts'
import { DECISION_STEPS } from './policy-limits.ts'
import type { PolicyPrincipal, PolicyQuestion } from './policy-question.ts'
import type { PolicySource } from './policy-source.ts'

export type { ConditionContext } from './evaluation.ts'
export type { PolicyPrincipal, PolicyQuestion } from './policy-question.ts'

export interface Decision {
  readonly isAllowed: boolean
  readonly outcome: 'allowed' | 'explicit-deny' | 'implicit-deny'
  /** The kind of policy that decided, or that lacked an Allow; `root` where the root user may do it as such. */
  readonly by: 'root' | PolicySource['kind']
  /** The deciding statement; undefined for an implicit deny, and for the root user. */
  readonly statement: DecidingStatement | undefined
}

export interface DecidingStatement {
  readonly source: PolicySource
  /** In its policy, from 0. */
  readonly index: number
  readonly sid: string | undefined
}

/**
 * Decides as IAM does (iam.md 1.1, after "Policy evaluation logic" of AWS's user guide): an explicit Deny of any policy,
 * else what the resource's policies and the principal's allow together.
 *
 * An Allow names the statement that was needed last: the resource policy's where that one was enough or could not be
 * spared, else the identity policy's. An implicit deny names the first kind of policy without an Allow.
 *
 * @param mostSteps the work it may be at most (policy-limits.ts); beyond, the answer is an implicit deny
 */
export function decide(question: PolicyQuestion, mostSteps = DECISION_STEPS): Decision {
  return decideCounting(question, mostSteps).decision
}

/** The same, and how many steps it took. */
export function decideCounting(
  question: PolicyQuestion,
  mostSteps: number,
): { readonly decision: Decision; readonly steps: number } {
  const evaluation = new Evaluation(question, mostSteps)
  try {
    return { decision: decideWith(question, evaluation), steps: evaluation.steps }
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error
    const { resourcePolicies, principal } = question
    const lacking = (resourcePolicies[0] ?? principal.identityPolicies[0])?.source.kind ?? 'identity'
    return { decision: implicitDeny(lacking), steps: evaluation.steps }
  }
}

function decideWith(question: PolicyQuestion, evaluation: Evaluation): Decision {
  const { principal, resourceAccountId } = question
  const denied = findDeny(question, evaluation)
  if (denied !== undefined)
    return { isAllowed: false, outcome: 'explicit-deny', by: denied.source.kind, statement: denied }
  const grant = findGrant(question, evaluation)
  if (principal.kind === 'anonymous' || principal.kind === 'federated') {
    return grant === undefined ? implicitDeny(resourceKindOf(question)) : allowedBy(grant)
  }
  const isSameAccount = principal.accountId === resourceAccountId
  if (isSameAccount && grant?.class === 'direct') return allowedBy(grant)
  const isGrantNeeded = !isSameAccount || question.needsResourceGrant === true
  if (isGrantNeeded && grant === undefined) {
    // What the principal's own account does not give is said first: of the resource's side not everybody may know.
    const own = decideIdentity(question, evaluation, undefined)
    return own.isAllowed ? implicitDeny(resourceKindOf(question)) : own
  }
  if (isSameAccount && grant?.class === 'role') return decideLimits(question, evaluation) ?? allowedBy(grant)
  return decideIdentity(question, evaluation, isGrantNeeded ? grant : undefined)
}

/** What is left to the principal's own policies. */
function decideIdentity(question: PolicyQuestion, evaluation: Evaluation, grant: Grant | undefined): Decision {
  const { principal } = question
  const isRoot = principal.kind === 'root'
  const identity = isRoot ? undefined : findAllow(principal.identityPolicies, question, evaluation)
  if (!isRoot && identity === undefined) return implicitDeny('identity')
  const limited = decideLimits(question, evaluation)
  if (limited !== undefined) return limited
  if (grant !== undefined) return allowedBy(grant)
  return identity === undefined
    ? { isAllowed: true, outcome: 'allowed', by: 'root', statement: undefined }
    : allowedBy(identity)
}

/** Boundary and session policies: they allow nothing by themselves, but what is to be allowed they have to allow, too. */
function decideLimits(question: PolicyQuestion, evaluation: Evaluation): Decision | undefined {
  const { boundary, sessionLayers } = question.principal
  if (boundary !== undefined && findAllow([boundary], question, evaluation) === undefined)
    return implicitDeny('boundary')
  for (const layer of sessionLayers) {
    if (findAllow(layer, question, evaluation) === undefined) return implicitDeny('session')
  }
  return undefined
}

interface Grant extends DecidingStatement {
  readonly class: GrantClass
}

const STRENGTH: Record<GrantClass, number> = { account: 1, role: 2, direct: 3 }

/** The resource policies' Allow that names the principal most directly. */
function findGrant({ resourcePolicies, principal, action }: PolicyQuestion, evaluation: Evaluation): Grant | undefined {
  let best: Grant | undefined
  for (const policy of resourcePolicies) {
    for (const statement of policy.statementsAbout(action, evaluation).allows) {
      const grantClass = statement.principal.classOf(principal)
      if (grantClass === undefined || (best !== undefined && STRENGTH[grantClass] <= STRENGTH[best.class])) continue
      if (statement.applies(evaluation)) best = { ...decidingStatement(policy, statement), class: grantClass }
      if (best?.class === 'direct') return best
    }
  }
  return best
}

function findAllow(
  policies: readonly CompiledPolicy[],
  { action }: PolicyQuestion,
  evaluation: Evaluation,
): DecidingStatement | undefined {
  for (const policy of policies) {
    for (const statement of policy.statementsAbout(action, evaluation).allows) {
      if (statement.applies(evaluation)) return decidingStatement(policy, statement)
    }
  }
  return undefined
}

function findDeny(question: PolicyQuestion, evaluation: Evaluation): DecidingStatement | undefined {
  const { principal, resourcePolicies } = question
  const { identityPolicies, boundary, sessionLayers } = principal
  const denied = denyOf(identityPolicies, question, evaluation)
  if (denied !== undefined) return denied
  const limiting = boundary && denyOf([boundary], question, evaluation)
  if (limiting !== undefined) return limiting
  for (const layer of sessionLayers) {
    const restricted = denyOf(layer, question, evaluation)
    if (restricted !== undefined) return restricted
  }
  return denyOf(resourcePolicies, question, evaluation, principal)
}

/** @param covered of resource policies: whom the Deny has to be about */
function denyOf(
  policies: readonly CompiledPolicy[],
  { action }: PolicyQuestion,
  evaluation: Evaluation,
  covered?: PolicyPrincipal,
): DecidingStatement | undefined {
  for (const policy of policies) {
    for (const statement of policy.statementsAbout(action, evaluation).denies) {
      if (covered !== undefined && !statement.principal.covers(covered)) continue
      if (statement.applies(evaluation)) return decidingStatement(policy, statement)
    }
  }
  return undefined
}

function decidingStatement({ source }: CompiledPolicy, { index, sid }: CompiledStatement): DecidingStatement {
  return { source, index, sid }
}

function allowedBy({ source, index, sid }: DecidingStatement): Decision {
  return { isAllowed: true, outcome: 'allowed', by: source.kind, statement: { source, index, sid } }
}

function implicitDeny(by: Decision['by']): Decision {
  return { isAllowed: false, outcome: 'implicit-deny', by, statement: undefined }
}

/** Which kind lacks the Allow, if there is not even a policy. */
function resourceKindOf({ resourcePolicies, needsResourceGrant }: PolicyQuestion): PolicySource['kind'] {
  return resourcePolicies[0]?.source.kind ?? (needsResourceGrant === true ? 'trust' : 'repository')
}

const NAMES: Record<PolicySource['kind'], string> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  trust: 'resource-based policy',
  repository: 'resource-based policy',
  registry: 'resource-based policy',
}

/**
 * What AWS says after `is not authorized to perform: … on resource: …` (iam.md 1.4), as people search for it: `because no
 * identity-based policy allows the ecr:PutImage action`, `with an explicit deny in a resource-based policy`.
 *
 * @param action as it is to be shown
 */
export function reasonClause({ outcome, by }: Decision, action: string): string {
  if (by === 'root') return `because the root user may perform the ${action} action in its account`
  const name = NAMES[by]
  switch (outcome) {
    case 'allowed':
      return `because ${withArticle(name)} allows the ${action} action`
    case 'explicit-deny':
      return `with an explicit deny in ${withArticle(name)}`
    case 'implicit-deny':
      return `because no ${name} allows the ${action} action`
  }
}

function withArticle(name: string): string {
  return `${name.startsWith('i') ? 'an' : 'a'} ${name}`
}
