import { type CompiledPolicy, compilePolicy } from '../policy/compile-policy.ts'
import { type Decision, decide } from '../policy/decide.ts'
import type { PolicyDocument } from '../policy/policy-document.ts'
import type { PolicyPrincipal } from '../policy/policy-question.ts'
import type { PolicySource } from '../policy/policy-source.ts'

/** Where a policy of a simulation comes from, in the words of IAM's API (SourcePolicyType). */
export type SimulatedSource = 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed' | 'resource' | 'none'

export interface SimulatedPolicy {
  /** As it is told when it decided. */
  readonly id: string
  readonly source: SimulatedSource
  readonly document: PolicyDocument
}

/** Who would ask, with what policies, knowing what. */
export interface Simulation {
  readonly principal: Pick<PolicyPrincipal, 'kind' | 'accountId' | 'directIds' | 'roleId'>
  readonly identityPolicies: readonly SimulatedPolicy[]
  readonly boundary: SimulatedPolicy | undefined
  readonly resourcePolicy: SimulatedPolicy | undefined
  /** By key in lower case. */
  readonly context: ReadonlyMap<string, string | readonly string[]>
}

export interface SimulatedDecision {
  readonly outcome: Decision['outcome']
  /** What decided; undefined for what nobody allows. */
  readonly matched: Pick<SimulatedPolicy, 'id' | 'source'> | undefined
  /** Undefined without a boundary. */
  readonly isAllowedByBoundary: boolean | undefined
}

/** Policies that are asked often, ready to decide. */
export interface CompiledSimulation {
  decide(question: {
    readonly action: string
    readonly resource: string
    readonly resourceAccountId: string
  }): SimulatedDecision
  /** Keys in lower case that policies ask for and nobody gave. */
  readonly missingKeys: readonly string[]
}

/** Makes ready to ask what policies would decide (IAM API reference, SimulatePrincipalPolicy). */
export function compileSimulation(simulation: Simulation): CompiledSimulation {
  const origins = new Map<PolicySource, SimulatedPolicy>()
  const compile = (policy: SimulatedPolicy, kind: PolicySource['kind']): CompiledPolicy => {
    const source = { kind, name: policy.id }
    origins.set(source, policy)
    return compilePolicy(policy.document, source)
  }
  const identityPolicies = simulation.identityPolicies.map((policy) => compile(policy, 'identity'))
  const boundary = simulation.boundary && compile(simulation.boundary, 'boundary')
  const resourcePolicies = simulation.resourcePolicy ? [compile(simulation.resourcePolicy, 'repository')] : []
  const principal: PolicyPrincipal = { ...simulation.principal, identityPolicies, boundary, sessionLayers: [] }
  const { context } = simulation
  const asked = (policies: readonly CompiledPolicy[]) => policies.flatMap(({ keys }) => [...keys])
  const keys = asked([...identityPolicies, ...(boundary ? [boundary] : []), ...resourcePolicies])
  return {
    missingKeys: [...new Set(keys)].filter((key) => !context.has(key)).toSorted(),
    decide: (about) => {
      const decision = decide({ ...about, principal, resourcePolicies, context })
      const source = decision.statement?.source
      return {
        outcome: decision.outcome,
        matched: source && origins.get(source),
        isAllowedByBoundary: boundary && decide({ ...about, ...onlyBy(principal, boundary), context }).isAllowed,
      }
    },
  }
}

/** The boundary asked alone, as if it granted something, and as if everything were of the principal's account. */
function onlyBy(principal: PolicyPrincipal, boundary: CompiledPolicy) {
  return {
    principal: { ...principal, identityPolicies: [boundary], boundary: undefined },
    resourcePolicies: [],
    resourceAccountId: principal.accountId ?? '',
  }
}
