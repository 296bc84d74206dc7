import { describe, expect, test } from 'bun:test'
import { parsePolicy } from './parse-policy.ts'
import { principalsOf, withPrincipals } from './policy-principals.ts'

const ROLE = 'arn:aws:iam::111122223333:role/ci'
const statement = {
  Sid: 'a',
  Effect: 'Allow',
  Principal: { Service: 'ecr.amazonaws.com', AWS: [ROLE, '444455556666'] },
  Action: 'ecr:*',
}
const text = JSON.stringify({ Statement: [statement, { ...statement, Principal: '*' }], Version: '2012-10-17' })
const toId = (principal: string) => (principal === ROLE ? 'AROAROLEROLEROLEROLE' : undefined)

test('principalsOf() names everybody once, but for *', () => {
  const twice = JSON.parse(text)
  twice.Statement.push(
    { ...statement, Principal: { AWS: ['*', ROLE] } },
    { ...statement, Principal: { Federated: 'gitlab.com' } },
  )
  expect(principalsOf(parsePolicy(JSON.stringify(twice), 'trust'))).toEqual([
    { type: 'AWS', id: ROLE },
    { type: 'AWS', id: '444455556666' },
    { type: 'Service', id: 'ecr.amazonaws.com' },
    { type: 'Federated', id: 'gitlab.com' },
  ])
})

describe('withPrincipals()', () => {
  test('replaces what it is told to, and leaves the order of members', () => {
    expect(withPrincipals(text, toId)).toBe(text.replace(ROLE, 'AROAROLEROLEROLEROLE'))
  })

  test('comes back with the opposite', () => {
    const back = (id: string) => (id === 'AROAROLEROLEROLEROLE' ? ROLE : undefined)
    expect(withPrincipals(withPrincipals(text, toId), back)).toBe(text)
  })

  test('asks about no wildcard, and of no other element', () => {
    const asked: string[] = []
    const policy = JSON.stringify({
      Statement: { ...statement, NotPrincipal: { AWS: 'x' }, Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE } } },
    })
    const replaced = withPrincipals(policy, (principal) => {
      asked.push(principal)
      return `${principal}!`
    })
    expect(asked).toEqual([ROLE, '444455556666', 'ecr.amazonaws.com', 'x'])
    expect(JSON.parse(replaced).Statement.Condition.ArnEquals['aws:PrincipalArn']).toBe(ROLE)
    expect(withPrincipals(JSON.stringify({ Statement: { Principal: { AWS: '*' } } }), () => 'x')).toContain('"*"')
  })

  test('keeps a member called __proto__', () => {
    const odd = '{"Statement":{"__proto__":{"Principal":"x"},"Principal":{"AWS":"a"}}}'
    expect(withPrincipals(odd, () => 'b')).toBe(odd.replace('"a"', '"b"'))
  })

  test('refuses what is not JSON', () => {
    expect(() => withPrincipals('{', toId)).toThrow(expect.objectContaining({ reason: 'policy-malformed' }))
  })
})
