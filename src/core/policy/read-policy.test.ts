import { describe, expect, test } from 'bun:test'
import { allow, OWN, PULL, ROLE, SESSION, USER, user } from '../../../test/policy/golden/golden-case.ts'
import { goldenQuestion } from '../../../test/policy/golden/golden-question.ts'
import { compilePolicy } from './compile-policy.ts'
import { type Decision, decide } from './decide.ts'
import { parsePolicy } from './parse-policy.ts'
import { readPolicy } from './read-policy.ts'

function ask(statement: object, principal?: typeof user): Decision['outcome'] {
  const policy = readPolicy(JSON.stringify({ Statement: statement }), 'repository')
  const question = goldenQuestion({
    name: '',
    rule: '',
    identity: [[allow]],
    expected: 'allowed',
    by: 'identity',
    ...(principal && { principal }),
  })
  return decide({ ...question, resourcePolicies: [compilePolicy(policy, { kind: 'repository', name: 'stored' })] })
    .outcome
}

/** iam.md 1.2: such a policy cannot be stored any more, but one that was has to mean what it says. */
describe('readPolicy() takes NotPrincipal, which parsePolicy() does not', () => {
  const denyBut = (AWS: readonly string[]) => ({ Effect: 'Deny', NotPrincipal: { AWS }, Action: PULL })

  test('with Deny it spares a session that is listed with its role and its account, and nobody else', () => {
    expect(ask(denyBut([SESSION, ROLE, OWN]))).toBe('allowed')
    expect(ask(denyBut([SESSION, ROLE]))).toBe('explicit-deny')
    expect(ask(denyBut([SESSION, OWN]))).toBe('explicit-deny')
    expect(ask(denyBut([ROLE, OWN]))).toBe('explicit-deny')
    expect(ask(denyBut(['*']))).toBe('allowed')
  })

  test('with Deny it spares a user who is listed with the account', () => {
    expect(ask(denyBut([USER, OWN]), user)).toBe('allowed')
    expect(ask(denyBut([USER]), user)).toBe('explicit-deny')
    expect(ask(denyBut([OWN]), user)).toBe('explicit-deny')
  })

  test('with Deny it is about the root user of another account, and about anonymous', () => {
    expect(ask(denyBut([OWN]), { kind: 'root', directIds: [] })).toBe('allowed')
    expect(ask(denyBut([OWN]), { kind: 'root', accountId: '444455556666', directIds: [] })).toBe('explicit-deny')
    expect(ask(denyBut([OWN]), { kind: 'anonymous' })).toBe('explicit-deny')
  })

  test('with Allow it grants nothing', () => {
    const statement = { Effect: 'Allow', NotPrincipal: { AWS: '444455556666' }, Action: PULL }
    expect(ask(statement, { kind: 'anonymous' })).toBe('implicit-deny')
  })
})

test('readPolicy() reads what is larger and dearer than what may be stored today', () => {
  const values = Array.from({ length: 2000 }, (_, index) => `*${index}*`)
  const text = JSON.stringify({ Statement: { ...allow, Condition: { StringLike: { 'a:b': values } } } })
  expect(readPolicy(text, 'identity').statements).toHaveLength(1)
  expect(() => parsePolicy(text, 'identity')).toThrow()
})
