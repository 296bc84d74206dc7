import { conditionsHold, type Witness } from './naive-condition.ts'
import { expand, fits, fitsArn, type NaiveContext } from './naive-pattern.ts'

/**
 * A second evaluator of policies, written from iam.md 1.1 and 1.2 and sharing nothing with the engine: it reads the JSON
 * as it is, each time, and finds out everything before it decides anything.
 */
export interface NaivePolicy {
  readonly kind: 'identity' | 'boundary' | 'session' | 'trust' | 'repository' | 'registry'
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: the document of JSON.parse, of any shape that parsePolicy has taken
  readonly document: any
}

export interface NaiveQuestion {
  readonly action: string
  readonly resource: string
  readonly resourceAccountId: string
  readonly principal: {
    readonly kind: string
    readonly accountId: string | undefined
    readonly directIds: readonly string[]
    readonly roleId: string | undefined
    readonly identityPolicies: readonly NaivePolicy[]
    readonly boundary: NaivePolicy | undefined
    readonly sessionLayers: readonly (readonly NaivePolicy[])[]
  }
  readonly resourcePolicies: readonly NaivePolicy[]
  readonly needsResourceGrant?: boolean
  readonly context: NaiveContext
}

export interface NaiveDecision {
  readonly outcome: 'allowed' | 'explicit-deny' | 'implicit-deny'
  readonly by: string
  /** `name#index` */
  readonly statement: string | undefined
}

interface Match {
  readonly policy: NaivePolicy
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly names: 'direct' | 'role' | 'account' | 'nobody'
}

export function naiveDecide(question: NaiveQuestion, witness: Witness = () => {}): NaiveDecision {
  const { principal, resourcePolicies } = question
  const matchesOf = (policies: readonly NaivePolicy[]) =>
    policies.flatMap((policy) => matchesIn(policy, question, witness))
  const identity = matchesOf(principal.identityPolicies)
  const boundary = principal.boundary && matchesOf([principal.boundary])
  const layers = principal.sessionLayers.map(matchesOf)
  const resource = matchesOf(resourcePolicies)

  const deny = [...identity, ...(boundary ?? []), ...layers.flat(), ...resource].find(({ effect }) => effect === 'Deny')
  if (deny !== undefined) return answer('explicit-deny', deny)

  const allows = (matches: readonly Match[]) => matches.find(({ effect }) => effect === 'Allow')
  const grant = ['direct', 'role', 'account'].map((names) =>
    resource.find((match) => match.effect === 'Allow' && match.names === names),
  )
  const [direct, role] = grant
  const best = grant.find((match) => match !== undefined)
  const noGrant = lacking(resourcePolicies[0]?.kind ?? (question.needsResourceGrant ? 'trust' : 'repository'))
  const limits = () => {
    if (boundary !== undefined && allows(boundary) === undefined) return lacking('boundary')
    return layers.some((layer) => allows(layer) === undefined) ? lacking('session') : undefined
  }

  if (principal.kind === 'anonymous' || principal.kind === 'federated') return best ? answer('allowed', best) : noGrant
  const isSameAccount = principal.accountId === question.resourceAccountId
  if (isSameAccount && direct !== undefined) return answer('allowed', direct)
  const isNeeded = !isSameAccount || question.needsResourceGrant === true
  // What is denied is the same whichever side is named; the principal's own is named first.
  if (isNeeded && best === undefined) {
    if (principal.kind !== 'root' && allows(identity) === undefined) return lacking('identity')
    return limits() ?? noGrant
  }
  if (isSameAccount && role !== undefined) return limits() ?? answer('allowed', role)
  const own = allows(identity)
  if (principal.kind !== 'root' && own === undefined) return lacking('identity')
  const limited = limits()
  if (limited !== undefined) return limited
  if (isNeeded && best !== undefined) return answer('allowed', best)
  if (principal.kind === 'root') return { outcome: 'allowed', by: 'root', statement: undefined }
  return own === undefined ? lacking('identity') : answer('allowed', own)
}

function answer(outcome: 'allowed' | 'explicit-deny', { policy, index }: Match): NaiveDecision {
  return { outcome, by: policy.kind, statement: `${policy.name}#${index}` }
}

function lacking(by: string): NaiveDecision {
  return { outcome: 'implicit-deny', by, statement: undefined }
}

const asList = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value])

function matchesIn(policy: NaivePolicy, question: NaiveQuestion, witness: Witness): Match[] {
  const { document } = policy
  const variables = document.Version === '2012-10-17'
  return asList(document.Statement).flatMap((statement, index) => {
    const names = 'Principal' in statement || 'NotPrincipal' in statement ? namesOf(statement, question) : 'nobody'
    const isForPrincipal = !['trust', 'repository', 'registry'].includes(policy.kind) || names !== 'nobody'
    const holds =
      isForPrincipal &&
      actionMatches(statement, question.action) &&
      resourceMatches(statement, question, variables) &&
      conditionsHold(statement.Condition, { variables, context: question.context, witness })
    return holds ? [{ policy, index, effect: statement.Effect, names }] : []
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a statement of JSON.parse
function actionMatches(statement: any, action: string): boolean {
  const list: string[] = asList(statement.Action ?? statement.NotAction)
  const some = list.some((pattern) => {
    const items = expand(pattern.toLowerCase(), { variables: false, wildcards: true, context: {} })
    return items !== undefined && fits(items, action.toLowerCase())
  })
  return 'Action' in statement ? some : !some
}

// biome-ignore lint/suspicious/noExplicitAny: a statement of JSON.parse
function resourceMatches(statement: any, { resource, context }: NaiveQuestion, variables: boolean): boolean {
  if (!('Resource' in statement) && !('NotResource' in statement)) return true
  const list: string[] = asList(statement.Resource ?? statement.NotResource)
  const expanded = list.map((pattern) => expand(pattern, { variables, wildcards: true, context }))
  const some = expanded.some((items) => {
    if (items === undefined) return false
    return items.every(({ kind }) => kind === 'star') || fitsArn(items, resource)
  })
  if ('Resource' in statement) return some
  const isUnknown = expanded.includes(undefined) && !list.some((pattern) => /^\*+$/.test(pattern))
  return !some && !(isUnknown && statement.Effect === 'Allow')
}

// biome-ignore lint/suspicious/noExplicitAny: a statement of JSON.parse
function namesOf(statement: any, { principal }: NaiveQuestion): Match['names'] {
  const element = statement.Principal ?? statement.NotPrincipal
  const aws: string[] = element === '*' ? ['*'] : asList(element.AWS ?? [])
  const federated: string[] = element === '*' ? [] : asList(element.Federated ?? [])
  const accounts = aws.map((id) => id.replace(/^arn:.*::(\d{12}):root$/, '$1'))
  const isAccount = principal.accountId !== undefined && accounts.includes(principal.accountId)
  const isDirect = principal.directIds.some((id) => aws.includes(id) && !id.startsWith('arn:'))
  const isRole = principal.roleId !== undefined && aws.includes(principal.roleId)
  const isProvider = principal.directIds.some((id) => federated.includes(id))
  if ('NotPrincipal' in statement) {
    if (statement.Effect === 'Allow') return 'nobody'
    if (aws.includes('*')) return 'nobody'
    if (principal.kind === 'anonymous') return 'direct'
    if (principal.kind === 'federated') return isProvider ? 'nobody' : 'direct'
    const isWhole = isAccount && (principal.roleId === undefined || isRole) && (principal.kind === 'root' || isDirect)
    return isWhole ? 'nobody' : 'direct'
  }
  if (principal.kind === 'federated') {
    return isProvider || (statement.Effect === 'Deny' && aws.includes('*')) ? 'direct' : 'nobody'
  }
  if (aws.includes('*')) return 'direct'
  if (principal.kind === 'anonymous') return 'nobody'
  return isDirect ? 'direct' : isRole ? 'role' : isAccount ? 'account' : 'nobody'
}
