import { type CompiledSimulation, compileSimulation, type SimulatedPolicy } from '../../core/iam/simulation.ts'
import { parsePolicy } from '../../core/policy/parse-policy.ts'
import type { PolicyDocument } from '../../core/policy/policy-document.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Group, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { getIdentityByArn } from './get-identity-by-arn.ts'
import { simulatedManagedPolicy, simulatedPoliciesOf } from './simulated-policies.ts'
import { simulatedPrincipal } from './simulated-principal.ts'
import { findStoredPrincipal, type PrincipalReads } from './stored-principal.ts'

/** What somebody wants to know of policies, which need not be saved anywhere. */
export interface SimulationInput {
  /** Whose policies are asked: the ARN of a user, a group or a role; undefined for nobody's. */
  readonly sourceArn: string | undefined
  /** Texts of policies that are asked as well. */
  readonly policies: readonly string[]
  /** Text of a boundary in the place of that one's own. */
  readonly boundary: string | undefined
  /** Text of the policy of whatever is acted on. */
  readonly resourcePolicy: string | undefined
  /** Who would ask, when it is another: the ARN of a user or a role. */
  readonly callerArn: string | undefined
  /** By key in lower case. */
  readonly context: ReadonlyMap<string, string | readonly string[]>
}

/** @throws {Refusal} `policy-malformed`; `entity-unknown`; `parameter-invalid` for what is no ARN of the account's own */
export async function prepareSimulation(
  services: Services,
  caller: Caller,
  input: SimulationInput,
): Promise<CompiledSimulation> {
  const { accountId } = caller.principal
  const reader = services.metadata
  const source = await findByArn(reader, accountId, input.sourceArn)
  const asking = simulatedPrincipal(accountId, (await findByArn(reader, accountId, input.callerArn)) ?? source)
  return compileSimulation({
    principal: asking.names,
    identityPolicies: [
      ...(source === undefined ? [] : await simulatedPoliciesOf(reader, accountId, source)),
      ...input.policies.map((text, index) =>
        givenPolicy(`PolicyInputList.${index + 1}`, parsePolicy(text, 'identity')),
      ),
    ],
    boundary: await boundaryFor(reader, accountId, { given: input.boundary, source }),
    resourcePolicy: await resourcePolicyFor(reader, input.resourcePolicy),
    context: new Map([...timeKeys(services.clock.nowMs()), ...asking.keys, ...input.context]),
  })
}

async function findByArn(reader: IdentityReads, accountId: string, arn: string | undefined) {
  return arn === undefined ? undefined : await getIdentityByArn(reader, accountId, arn)
}

async function boundaryFor(
  reader: IdentityReads,
  accountId: string,
  { given, source }: { readonly given: string | undefined; readonly source: User | Group | Role | undefined },
): Promise<SimulatedPolicy | undefined> {
  if (given !== undefined) return givenPolicy('PermissionsBoundaryPolicyInputList.1', parsePolicy(given, 'identity'))
  if (source === undefined || source.kind === 'group' || source.boundaryArn === undefined) return undefined
  const [boundary] = await simulatedManagedPolicy(reader, accountId, source.boundaryArn)
  return boundary
}

/** With principals by unique id, as far as they are there: one that is not is nobody who could ask. */
async function resourcePolicyFor(reader: PrincipalReads, text: string | undefined) {
  if (text === undefined) return undefined
  const document = parseResourcePolicy(text)
  const statements: PolicyDocument['statements'][number][] = []
  for (const statement of document.statements) {
    const { principal } = statement
    const entries: { readonly type: 'AWS' | 'Federated' | 'Service' | 'CanonicalUser'; readonly id: string }[] = []
    for (const entry of principal?.entries ?? []) {
      const id = entry.type === 'AWS' ? await findStoredPrincipal(reader, entry.id) : undefined
      entries.push(id === undefined ? entry : { ...entry, id })
    }
    statements.push(principal === undefined ? statement : { ...statement, principal: { ...principal, entries } })
  }
  return { id: 'ResourcePolicy', source: 'resource', document: { ...document, statements } } as const
}

/** Repository policies have no Resource element, all others have. @throws {Refusal} `policy-malformed` */
function parseResourcePolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'repository')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return parsePolicy(text, 'registry')
  }
}

function givenPolicy(id: string, document: PolicyDocument): SimulatedPolicy {
  return { id, source: 'none', document }
}

function timeKeys(nowMs: number): [string, string][] {
  return [
    ['aws:currenttime', new Date(nowMs).toISOString()],
    ['aws:epochtime', String(Math.floor(nowMs / 1000))],
  ]
}
