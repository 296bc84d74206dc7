import { describe, expect, test } from 'bun:test'
import { compareEvaluators } from '../../../test/policy/compare-evaluators.ts'
import { CONDITION_CASES } from '../../../test/policy/golden/condition-cases.ts'
import { ELEMENT_CASES } from '../../../test/policy/golden/element-cases.ts'
import { allow, type GoldenCase, grant, stranger } from '../../../test/policy/golden/golden-case.ts'
import { goldenQuestion } from '../../../test/policy/golden/golden-question.ts'
import { LIMIT_CASES } from '../../../test/policy/golden/limit-cases.ts'
import { OUTSIDER_CASES } from '../../../test/policy/golden/outsider-cases.ts'
import { SAME_ACCOUNT_CASES } from '../../../test/policy/golden/same-account-cases.ts'
import { TRUST_CASES } from '../../../test/policy/golden/trust-cases.ts'
import { VARIABLE_CASES } from '../../../test/policy/golden/variable-cases.ts'
import { decide, reasonClause } from './decide.ts'

const GOLDEN = [
  ...SAME_ACCOUNT_CASES,
  ...LIMIT_CASES,
  ...OUTSIDER_CASES,
  ...TRUST_CASES,
  ...ELEMENT_CASES,
  ...VARIABLE_CASES,
  ...CONDITION_CASES,
]

function named(cases: readonly GoldenCase[]): [name: string, one: GoldenCase][] {
  return cases.map((one) => [`${one.name} (${one.rule})`, one])
}

describe('decide() does what the documentation says', () => {
  test.each(named(GOLDEN))('%s', (_, one) => {
    const { outcome, by, isAllowed } = decide(goldenQuestion(one))
    expect({ outcome, by }).toEqual({ outcome: one.expected, by: one.by })
    expect(isAllowed).toBe(one.expected === 'allowed')
  })
})

test('decide() agrees with an evaluator that was written from the rules alone; test/policy/fuzz.test.ts asks more', () => {
  expect(compareEvaluators(6, 100).cases).toBe(5000)
})

describe('decide() says what decided', () => {
  const other = { ...allow, Sid: 'Other', Action: 'ecr:PutImage' }

  test('by the statement of an Allow and of a Deny', () => {
    const allowed = decide(goldenQuestion({ ...bare, identity: [[other, { ...allow, Sid: 'Pull' }]] }))
    expect(allowed.statement).toEqual({ source: { kind: 'identity', name: 'identity 0' }, index: 1, sid: 'Pull' })
    const denied = decide(goldenQuestion({ ...bare, identity: [[other], [{ ...allow, Effect: 'Deny' }]] }))
    expect(denied.statement).toEqual({ source: { kind: 'identity', name: 'identity 1' }, index: 0, sid: undefined })
  })

  test('across accounts by that of the resource policy', () => {
    const repository = [grant({ AWS: '444455556666' }), grant({ AWS: stranger.roleId }, { Sid: 'Role' })]
    const decision = decide(goldenQuestion({ ...bare, principal: stranger, identity: [[allow]], repository }))
    expect(decision.statement).toMatchObject({ index: 1, sid: 'Role' })
  })

  test('an implicit deny has none', () => {
    expect(decide(goldenQuestion(bare)).statement).toBeUndefined()
  })
})

const bare: GoldenCase = { name: '', rule: '', expected: 'allowed', by: 'identity' }

test.each([
  ['implicit-deny', 'identity', 'because no identity-based policy allows the ecr:PutImage action'],
  ['implicit-deny', 'boundary', 'because no permissions boundary allows the ecr:PutImage action'],
  ['implicit-deny', 'session', 'because no session policy allows the ecr:PutImage action'],
  ['implicit-deny', 'repository', 'because no resource-based policy allows the ecr:PutImage action'],
  ['implicit-deny', 'registry', 'because no resource-based policy allows the ecr:PutImage action'],
  ['implicit-deny', 'trust', 'because no resource-based policy allows the ecr:PutImage action'],
  ['explicit-deny', 'identity', 'with an explicit deny in an identity-based policy'],
  ['explicit-deny', 'boundary', 'with an explicit deny in a permissions boundary'],
  ['explicit-deny', 'session', 'with an explicit deny in a session policy'],
  ['explicit-deny', 'registry', 'with an explicit deny in a resource-based policy'],
  ['allowed', 'identity', 'because an identity-based policy allows the ecr:PutImage action'],
  ['allowed', 'root', 'because the root user may perform the ecr:PutImage action in its account'],
] as const)('reasonClause(): %s by %s', (outcome, by, expected) => {
  const decision = { isAllowed: outcome === 'allowed', outcome, by, statement: undefined }
  expect(reasonClause(decision, 'ecr:PutImage')).toBe(expected)
})
