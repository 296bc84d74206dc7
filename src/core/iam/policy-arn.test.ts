import { expect, test } from 'bun:test'
import { nameOfPolicyArn, parsePolicyArn, policyArn } from './policy-arn.ts'

test.each([
  ['000000000000', '/', 'pull'],
  ['aws', '/', 'AdministratorAccess'],
  ['000000000000', '/a/b!c/', 'x+=,.@-_'],
] as const)('parsePolicyArn() takes apart what policyArn() makes: %s %s %s', (accountId, path, name) => {
  const arn = policyArn(accountId, path, name)
  expect(parsePolicyArn(arn)).toEqual({ accountId, path, name })
  expect(nameOfPolicyArn(arn)).toBe(name)
})

test.each([
  'arn:aws:iam::000000000000:policy/',
  'arn:aws:iam::000000000000:policy//x',
  'arn:aws:iam::00000000000:policy/x',
  'arn:aws:iam::AWS:policy/x',
  'arn:aws-cn:iam::000000000000:policy/x',
  'arn:aws:iam::000000000000:policy/x y',
  'arn:aws:iam::000000000000:policy/x\n',
  `arn:aws:iam::000000000000:policy/${'x'.repeat(129)}`,
  'arn:aws:iam::000000000000:role/x',
])('parsePolicyArn() refuses %s', (arn) => {
  expect(() => parsePolicyArn(arn)).toThrow('is not valid.')
})

test('parsePolicyArn() takes no longer for a long ARN that is none', () => {
  const startedMs = performance.now()
  for (const part of ['a/', '//', '/a', 'a']) {
    expect(() => parsePolicyArn(`arn:aws:iam::000000000000:policy/${part.repeat(50_000)}!`)).toThrow()
  }
  expect(performance.now() - startedMs).toBeLessThan(500)
})
