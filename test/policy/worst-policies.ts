import { type CompiledPolicy, compilePolicy } from '../../src/core/policy/compile-policy.ts'
import type { PolicyQuestion } from '../../src/core/policy/decide.ts'
import { parsePolicy } from '../../src/core/policy/parse-policy.ts'
import {
  MANAGED_POLICY_CHARS,
  REPOSITORY_POLICY_CHARS,
  SESSION_POLICY_CHARS,
} from '../../src/core/policy/policy-limits.ts'
import type { PolicySource } from '../../src/core/policy/policy-source.ts'
import { Refusal } from '../../src/core/refusal.ts'

/**
 * Policies that somebody writes to make decisions slow: each shape fills a document up to what `parsePolicy` takes, in
 * characters or in cost, and none of its statements applies, so that all of them are looked at.
 */
export interface Shape {
  readonly name: string
  /** Some of the statements of a document; told how many the document has, and whether it is a resource's. */
  statements(count: number, resource: object): object[]
}

/** Letters in another order than in the patterns: the worst that `indexOf` knows. */
const LONGEST_NAME = 'aabb'.repeat(64)
const LONGEST_VALUE = LONGEST_NAME
const SET = Array.from({ length: 50 }, (_, index) => `aabb${'aabb'.repeat(6)}${index % 10}b`)
/** Denies are all looked at, whoever allows. */
const deny = { Effect: 'Deny', Action: '*' }

const list = <Value>(count: number, value: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => value(index))
const oneCondition = (name: string, operator: string, key: string, value: (index: number) => unknown): Shape => ({
  name,
  statements: (count, resource) => [{ ...deny, ...resource, Condition: { [operator]: { [key]: list(count, value) } } }],
})
const manyStatements = (name: string, operator: string, key: string, value: (index: number) => unknown): Shape => ({
  name,
  statements: (count, resource) =>
    list(count, (index) => ({ ...deny, ...resource, Condition: { [operator]: { [key]: value(index) } } })),
})
/** In resource policies, whose resource is given, the same in a condition. */
const resources = (name: string, value: (index: number) => string): Shape => ({
  name,
  statements: (count, resource) =>
    'Principal' in resource
      ? [{ ...deny, ...resource, Condition: { ArnLike: { 'aws:SourceArn': list(count, value) } } }]
      : [{ ...deny, Resource: list(count, value) }],
})
const ARN = 'arn:aws:ecr:*:*:'
const spell = (index: number) => index.toString(2).replaceAll('0', 'ab').replaceAll('1', 'ba')

export const SHAPES: readonly [Shape, ...Shape[]] = [
  resources('resources with a text between two stars', (index) => `${ARN}*abab${spell(index)}*`),
  resources('resources with a short text between two stars', () => `${ARN}*ba*c`),
  resources('resources with many stars', () => `${ARN}${'*a'.repeat(40)}*c`),
  resources('resources with question marks', () => `${ARN}*a?a?c*`),
  resources(
    'resources with a long text between two stars',
    (index) => `${ARN}*${'aabb'.repeat(20)}abab${spell(index)}*`,
  ),
  resources('resources with stars at their ends', (index) => `${ARN}repository/aabb${index}*`),
  resources('short ARNs', (index) => `arn:*x${index}*`),
  resources('resources with variables', () => `${ARN}*\${a:b}\${a:b}*`),
  {
    name: 'actions with stars',
    statements: (count, resource) => [{ Effect: 'Deny', ...resource, Action: list(count, () => 'ecr:*t*a*g*e*x') }],
  },
  {
    name: 'actions with a text between two stars',
    statements: (count, resource) => [{ Effect: 'Deny', ...resource, Action: list(count, () => 'ecr:*hctab*') }],
  },
  oneCondition('values with a text between two stars', 'StringLike', 'a:b', (index) => `*abab${spell(index)}*`),
  oneCondition('values with a letter between two stars', 'StringLike', 'a:b', () => '*c*'),
  oneCondition('values with many stars', 'StringLike', 'a:b', () => `${'*a'.repeat(100)}*c`),
  oneCondition('values with question marks', 'StringLike', 'a:b', () => '*a?a?c*'),
  oneCondition('values with nothing but question marks', 'StringLike', 'a:b', () => '?'.repeat(100)),
  oneCondition('values with a variable', 'StringLike', 'a:b', () => `\${a:b}c`),
  oneCondition('values with variables in lower case', 'StringEqualsIgnoreCase', 'a:b', () => `\${A:B}\${A:B}`),
  oneCondition('values of their own', 'StringEquals', 'a:b', (index) => `x${index}`),
  oneCondition('lists with stars at the ends', 'ForAllValues:StringLike', 'c:d', (index) => `aabb*${index}`),
  oneCondition(
    'lists with a text between two stars',
    'ForAnyValue:StringLike',
    'c:d',
    (index) => `*abab${spell(index)}*`,
  ),
  oneCondition('lists of variables', 'ForAnyValue:StringEquals', 'c:d', () => `\${a:b}`),
  oneCondition('addresses', 'IpAddress', 'aws:SourceIp', (index) => `1.2.3.${index % 256}`),
  oneCondition('numbers', 'NumericEquals', 'e:f', (index) => index),
  oneCondition('dates', 'DateEquals', 'aws:CurrentTime', () => '2025-01-01'),
  manyStatements('statements with a value', 'StringEquals', 'a:b', () => 'x'),
  manyStatements('statements with a value in any case', 'StringEqualsIgnoreCase', 'a:b', () => 'X'),
  manyStatements('statements with an ARN', 'ArnLike', 'aws:SourceArn', () => '*:x'),
  manyStatements('statements with an address', 'IpAddress', 'aws:SourceIp', () => '::'),
  manyStatements('statements with a date', 'DateEquals', 'aws:CurrentTime', () => 0),
  manyStatements('statements with a number', 'NumericEquals', 'e:f', () => 0),
  manyStatements('statements with a list', 'ForAnyValue:StringLike', 'c:d', () => 'x'),
  manyStatements('statements with a key that is not there', 'StringEquals', 'x:y', () => 'x'),
]

const CHARS: Record<PolicySource['kind'], number> = {
  identity: MANAGED_POLICY_CHARS,
  boundary: MANAGED_POLICY_CHARS,
  session: SESSION_POLICY_CHARS,
  repository: REPOSITORY_POLICY_CHARS,
  registry: REPOSITORY_POLICY_CHARS,
  trust: 0,
}

const texts = new Map<string, string>()

/** The largest document of a shape that may be stored. */
function largestText(shape: Shape, kind: PolicySource['kind']): string {
  const key = `${kind} ${shape.name}`
  const known = texts.get(key)
  if (known !== undefined) return known
  let best = textOf(shape, kind, 1)
  let count = 1
  for (let step = 4096; step >= 1; step /= 2) {
    const larger = textOf(shape, kind, count + step)
    if (larger === undefined) continue
    best = larger
    count += step
  }
  if (best === undefined) throw new Error(`not even one of ${shape.name} in a policy of kind ${kind}`)
  texts.set(key, best)
  return best
}

function textOf(shape: Shape, kind: PolicySource['kind'], count: number): string | undefined {
  const isResourcePolicy = kind === 'repository' || kind === 'registry'
  const resource = { ...(isResourcePolicy && { Principal: '*' }), ...(kind !== 'repository' && { Resource: '*' }) }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: shape.statements(count, resource) })
  if (text.length > CHARS[kind]) return undefined
  try {
    parsePolicy(text, kind === 'boundary' ? 'identity' : kind)
    return text
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function largestPolicy(shape: Shape, kind: PolicySource['kind']): CompiledPolicy {
  const document = parsePolicy(largestText(shape, kind), kind === 'boundary' ? 'identity' : kind)
  return compilePolicy(document, { kind, name: shape.name })
}

/** Ten managed policies, a boundary, three session policies, a repository and a registry policy. */
export function worstQuestion(shapeOf: (index: number) => Shape): PolicyQuestion {
  let index = 0
  const next = (kind: PolicySource['kind']) => largestPolicy(shapeOf(index++), kind)
  const context: Record<string, string | string[]> = {
    'a:b': LONGEST_VALUE,
    'c:d': SET,
    'e:f': '-1',
    'aws:sourceip': '2001:db8::aaaa:bbbb:cccc:dddd',
    'aws:currenttime': '2026-11-27T00:00:00.123Z',
    'aws:sourcearn': `arn:aws:ecr:eu-central-1:111122223333:repository/${LONGEST_NAME}`,
  }
  return {
    action: 'ecr:BatchGetRepositoryScanningConfiguration',
    resource: `arn:aws:ecr:eu-central-1:111122223333:repository/${LONGEST_NAME}`,
    resourceAccountId: '111122223333',
    principal: {
      kind: 'role-session',
      accountId: '111122223333',
      directIds: ['AROAROLEROLEROLEROLE:ci'],
      roleId: 'AROAROLEROLEROLEROLE',
      identityPolicies: Array.from({ length: 10 }, () => next('identity')),
      boundary: next('boundary'),
      sessionLayers: Array.from({ length: 3 }, () => [next('session')]),
    },
    resourcePolicies: [next('repository'), next('registry')],
    context: { get: (key) => context[key] },
  }
}
