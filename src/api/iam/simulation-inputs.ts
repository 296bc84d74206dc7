import { Refusal } from '../../core/refusal.ts'
import type { SimulationInput } from '../../services/iam/simulate.ts'
import type { Inputs } from '../query/inputs.ts'
import { type PageInput, parseArn, parsePage } from './parameters.ts'
import { parseDocuments } from './policy-inputs.ts'

/** As many as a user may have of managed policies, inline policies of usual size, and those of groups. */
const MOST_POLICIES = 50
const MOST_ACTIONS = 500
const MOST_RESOURCES = 500
const MOST_CONTEXT_KEYS = 100
const MOST_VALUES = 50
/** Decisions of one answer: with the dearest policies that there are each takes a millisecond. */
const LARGEST_PAGE = 100

const TYPES = [
  'string',
  'stringList',
  'numeric',
  'numericList',
  'boolean',
  'booleanList',
  'ip',
  'ipList',
  'binary',
  'binaryList',
  'date',
  'dateList',
] as const

export interface SimulateInput extends SimulationInput {
  readonly actions: readonly string[]
  /** `*` when there were none. */
  readonly resources: readonly string[]
  /** Whose a resource is that does not say it. */
  readonly resourceOwner: string | undefined
  readonly page: PageInput
}

export function parseSimulation(inputs: Inputs): Omit<SimulateInput, 'sourceArn' | 'policies'> {
  refuseUnknowns(inputs)
  const actions = inputs.texts('ActionNames', { min: 1, max: MOST_ACTIONS }, ACTION)
  const resources = inputs.texts('ResourceArns', { min: 0, max: MOST_RESOURCES }, { min: 1, max: 2048 }) ?? []
  return {
    boundary: parseDocuments(inputs, 'PermissionsBoundaryPolicyInputList', 1)?.[0],
    resourcePolicy: inputs.text('ResourcePolicy', { min: 1, max: 131_072 }),
    callerArn: inputs.text('CallerArn', { min: 1, max: 2048 }),
    context: parseContext(inputs),
    actions: inputs.required('ActionNames', actions),
    resources: resources.length === 0 ? ['*'] : resources,
    resourceOwner: parseOwner(inputs),
    page: parsePage(inputs, LARGEST_PAGE),
  }
}

const ACTION = { min: 3, max: 128, pattern: /^[\w-]+:[\w*?]+$/, patternShown: '[\\w-]+:[\\w*?]+' }

export function parsePolicies(inputs: Inputs): string[] | undefined {
  return parseDocuments(inputs, 'PolicyInputList', MOST_POLICIES)
}

export function parseSourceArn(inputs: Inputs): string {
  return inputs.required('PolicySourceArn', parseArn(inputs, 'PolicySourceArn'))
}

/** What would change the outcome and is not here must not be passed over. */
function refuseUnknowns(inputs: Inputs): void {
  for (const name of ['OrderedOrganizationPolicyInputList', 'PolicyExclusionList']) {
    if ((inputs.structures(name, { min: 0, max: 100 }) ?? []).length === 0) continue
    throw new Refusal('unsupported', `${name} is not supported: there are no organizations and exclusions here.`)
  }
}

function parseContext(inputs: Inputs): SimulationInput['context'] {
  const entries = inputs.structures<'ContextKeyName' | 'ContextKeyValues' | 'ContextKeyType'>('ContextEntries', {
    min: 0,
    max: MOST_CONTEXT_KEYS,
  })
  return new Map((entries ?? []).map(parseContextEntry))
}

function parseContextEntry(
  entry: Inputs<'ContextKeyName' | 'ContextKeyValues' | 'ContextKeyType'>,
): [string, string | readonly string[]] {
  const key = entry.requiredText('ContextKeyName', { min: 5, max: 256 }).toLowerCase()
  const values = entry.texts('ContextKeyValues', { min: 0, max: MOST_VALUES }, { max: 2048 }) ?? []
  const type = entry.choice('ContextKeyType', TYPES)
  const [first] = values
  const isList = type?.endsWith('List') === true || values.length !== 1
  return [key, isList || first === undefined ? values : first]
}

function parseOwner(inputs: Inputs): string | undefined {
  const owner = inputs.text('ResourceOwner', { min: 1, max: 2048 })
  if (owner === undefined) return undefined
  const [, accountId] = /^(?:arn:aws:iam::)?([0-9]{12})(?::[!-~]+)?$/.exec(owner) ?? []
  if (accountId === undefined) throw inputs.invalid('ResourceOwner', 'Member must be the ARN of an account')
  return accountId
}
