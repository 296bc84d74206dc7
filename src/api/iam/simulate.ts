import type { CompiledSimulation, SimulatedDecision } from '../../core/iam/simulation.ts'
import { Refusal } from '../../core/refusal.ts'
import { prepareSimulation } from '../../services/iam/simulate.ts'
import { nextTurn } from '../../services/next-turn.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import { type PageInput, pageOf } from './parameters.ts'
import { parsePolicies, parseSimulation, parseSourceArn, type SimulateInput } from './simulation-inputs.ts'

const DECISIONS = {
  allowed: 'allowed',
  'explicit-deny': 'explicitDeny',
  'implicit-deny': 'implicitDeny',
} as const satisfies Record<SimulatedDecision['outcome'], string>

/** IAM's word for a policy that is not wrong for being kept nowhere. */
const ERRORS = { 'policy-malformed': { code: 'InvalidInput', status: 400 } }

export const simulatePrincipalPolicy = defineIamAction('SimulatePrincipalPolicy', {
  changes: false,
  parse: (inputs): SimulateInput => ({
    ...parseSimulation(inputs),
    sourceArn: parseSourceArn(inputs),
    policies: parsePolicies(inputs) ?? [],
  }),
  resource: (_, { sourceArn }) => sourceArn ?? '*',
  handle: simulate,
  errors: ERRORS,
})

export const simulateCustomPolicy = defineIamAction('SimulateCustomPolicy', {
  changes: false,
  parse: (inputs): SimulateInput => ({
    ...parseSimulation(inputs),
    sourceArn: undefined,
    policies: inputs.required('PolicyInputList', parsePolicies(inputs)),
  }),
  handle: simulate,
  errors: ERRORS,
})

/** Every action with every resource, in the order in which they were given. */
async function simulate({ services, caller }: QueryCall, input: SimulateInput) {
  const simulation = await prepareSimulation(services, caller, input)
  const { actions, resources, page } = input
  const first = firstPlace(page)
  const last = Math.min(actions.length * resources.length, first + page.limit + 1)
  const places = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index)
  const { items, ...marks } = pageOf(places, page, String)
  const results: ReturnType<typeof result>[] = []
  for (const place of items) {
    const action = actions[Math.floor(place / resources.length)] ?? ''
    const resource = resources[place % resources.length] ?? ''
    const resourceAccountId = accountOf(resource) || (input.resourceOwner ?? caller.principal.accountId)
    results.push(result(simulation, { action, resource, resourceAccountId }))
    await nextTurn()
  }
  return { EvaluationResults: results, ...marks }
}

/** @throws {Refusal} `page-invalid` */
function firstPlace({ after }: PageInput): number {
  if (after === undefined) return 0
  if (/^[0-9]{1,9}$/.test(after)) return Number(after) + 1
  throw new Refusal('page-invalid', 'Invalid Marker: it must be one of an earlier answer to the same call.')
}

function result(
  simulation: CompiledSimulation,
  question: { readonly action: string; readonly resource: string; readonly resourceAccountId: string },
) {
  const { outcome, matched, isAllowedByBoundary } = simulation.decide(question)
  return {
    EvalActionName: question.action,
    EvalResourceName: question.resource,
    EvalDecision: DECISIONS[outcome],
    MatchedStatements: matched === undefined ? [] : [{ SourcePolicyId: matched.id, SourcePolicyType: matched.source }],
    MissingContextValues: simulation.missingKeys,
    PermissionsBoundaryDecisionDetail:
      isAllowedByBoundary === undefined ? undefined : { AllowedByPermissionsBoundary: isAllowedByBoundary },
  }
}

/** The fifth part of an ARN; empty for what has none. */
function accountOf(resource: string): string {
  const account = resource.startsWith('arn:') ? (resource.split(':', 6)[4] ?? '') : ''
  return /^[0-9]{12}$/.test(account) ? account : ''
}
