import { describe, expect, test } from 'bun:test'
import { Sfc32 } from '../../../test/policy/sfc32.ts'
import { SHAPES, type Shape, worstQuestion } from '../../../test/policy/worst-policies.ts'
import { compilePolicy } from './compile-policy.ts'
import { decide, decideCounting, type PolicyQuestion } from './decide.ts'
import { parsePolicy } from './parse-policy.ts'
import { DECISION_STEPS } from './policy-limits.ts'

const DOCUMENTS = 16

function stepsOf(question: PolicyQuestion): number {
  return decideCounting(question, Number.POSITIVE_INFINITY).steps
}

/** A step is at most about a nanosecond: bench/micro.ts measures the worst of these. */
describe('no decision over policies that may be stored takes more steps than one may', () => {
  test.each(SHAPES.map((shape) => [shape.name, shape] as const))('%s, in every policy', (_, shape) => {
    const question = worstQuestion(() => shape)
    const { decision, steps } = decideCounting(question, Number.POSITIVE_INFINITY)
    expect(steps).toBeLessThan(DECISION_STEPS)
    // All of it was looked at: a deny would have ended it.
    expect(decision.outcome).toBe('implicit-deny')
    expect(decide(question)).toEqual(decision)
  })

  test('nor do the worst mixtures that a search finds', () => {
    const random = new Sfc32(1)
    let worst = Array.from({ length: DOCUMENTS }, () => random.pick(SHAPES))
    let most = 0
    for (let round = 0; round < 30; round++) {
      const next: Shape[] = worst.map((shape) => (random.chance(0.2) ? random.pick(SHAPES) : shape))
      const steps = stepsOf(worstQuestion((index) => next[index] ?? SHAPES[0]))
      if (steps <= most) continue
      most = steps
      worst = next
    }
    expect(most).toBeGreaterThan(DECISION_STEPS / 2)
    expect(most).toBeLessThan(DECISION_STEPS)
  }, 60_000)

  test('a document says beforehand what it may cost', () => {
    for (const shape of SHAPES) {
      const { principal, resourcePolicies } = worstQuestion(() => shape)
      for (const policy of [...principal.identityPolicies.slice(0, 1), ...resourcePolicies]) {
        const asked = {
          ...worstQuestion(() => shape),
          principal: { ...principal, identityPolicies: [], boundary: undefined, sessionLayers: [] },
        }
        const steps =
          policy.source.kind === 'identity'
            ? stepsOf({ ...asked, principal: { ...asked.principal, identityPolicies: [policy] }, resourcePolicies: [] })
            : stepsOf({ ...asked, resourcePolicies: [policy] })
        expect([shape.name, policy.source.kind, steps <= policy.worstSteps, steps, policy.worstSteps]).toEqual([
          shape.name,
          policy.source.kind,
          true,
          steps,
          policy.worstSteps,
        ])
      }
    }
  }, 60_000)
})

describe('texts that are longer than names may be', () => {
  const policyOf = (condition: object) =>
    compilePolicy(
      parsePolicy(
        JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition },
        }),
        'identity',
      ),
      { kind: 'identity', name: 'long' },
    )
  const ask = (condition: object, value: string | string[]) => ({
    ...worstQuestion(() => SHAPES[0]),
    principal: {
      kind: 'user',
      accountId: '111122223333',
      directIds: [],
      roleId: undefined,
      identityPolicies: [policyOf(condition)],
      boundary: undefined,
      sessionLayers: [],
    } as const,
    resourcePolicies: [],
    context: { get: () => value },
  })

  test.each<[name: string, condition: object, value: string | string[]]>([
    ['a user agent of a megabyte', { StringLike: { 'aws:UserAgent': '*ab*c' } }, 'a'.repeat(2 ** 20)],
    ['one in capital letters', { StringNotEqualsIgnoreCase: { 'aws:UserAgent': 'x' } }, 'A'.repeat(2 ** 20)],
    ['one that is put in for a variable', { StringNotEquals: { 'a:b': `\${aws:UserAgent}x` } }, 'a'.repeat(2 ** 22)],
    [
      'a claim of twenty thousand groups',
      { 'ForAnyValue:StringLike': { 'gitlab.com:groups': ['*x', '*y'] } },
      Array.from({ length: 20_000 }, (_, index) => `group-${index}`),
    ],
  ])('%s: the answer is no, before the work is done', (_, condition, value) => {
    const question = ask(condition, value)
    const begun = performance.now()
    expect(decide(question)).toMatchObject({ isAllowed: false, outcome: 'implicit-deny', by: 'identity' })
    expect(performance.now() - begun).toBeLessThan(50)
    expect(stepsOf(question)).toBeGreaterThan(DECISION_STEPS)
  })

  test('a user agent and groups as people have them are decided on', () => {
    expect(
      decide(ask({ StringLike: { 'aws:UserAgent': '*docker*' } }, `docker/28.0 ${'x'.repeat(2000)}`)).isAllowed,
    ).toBe(true)
    const groups = Array.from({ length: 500 }, (_, index) => `group-${index}`)
    expect(decide(ask({ 'ForAnyValue:StringLike': { 'gitlab.com:groups': 'group-49?' } }, groups)).isAllowed).toBe(true)
  })
})

describe('parsePolicy() refuses what would be slow', () => {
  const withValues = (values: readonly string[], operator = 'StringLike') =>
    JSON.stringify({
      Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { 'a:b': values } } },
    })

  test('a page of texts between two stars', () => {
    expect(() => parsePolicy(withValues(Array.from({ length: 900 }, (_, index) => `*${index}*`)), 'identity')).toThrow(
      expect.objectContaining({
        reason: 'policy-malformed',
        message: expect.stringContaining('would make every decision slow'),
      }),
    )
  })

  test('but not what people write', () => {
    const repositories = Array.from(
      { length: 60 },
      (_, index) => `repo:organisation/repository-${index}:ref:refs/heads/*`,
    )
    expect(parsePolicy(withValues(repositories.slice(0, 55)), 'identity').statements).toHaveLength(1)
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: 'gitlab.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { 'gitlab.com:sub': repositories.map((one) => one.replace('ation/', 'ation/*-')) } },
    }
    expect(parsePolicy(JSON.stringify({ Statement: trust }), 'trust').statements).toHaveLength(1)
    const resources = Array.from({ length: 100 }, (_, index) => `arn:aws:ecr:*:111122223333:repository/team-${index}/*`)
    expect(
      parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: resources } }), 'identity')
        .statements,
    ).toHaveLength(1)
    const searching = Array.from(
      { length: 25 },
      (_, index) => `arn:aws:ecr:*:111122223333:repository/*-prod-${index}/*`,
    )
    expect(
      parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: searching } }), 'identity')
        .statements,
    ).toHaveLength(1)
    expect(
      parsePolicy(
        withValues(
          Array.from({ length: 20 }, (_, index) => `team-${index}*`),
          'ForAllValues:StringLike',
        ),
        'identity',
      ).statements,
    ).toHaveLength(1)
  })
})
