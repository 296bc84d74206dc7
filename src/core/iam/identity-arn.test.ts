import { expect, test } from 'bun:test'
import { identityArn, matchIdentityArn } from './identity-arn.ts'

test.each([
  ['user', '/', 'ci'],
  ['role', '/a/b!c/', 'x+=,.@-_'],
  ['group', '/a//b/', 'team'],
  ['role', `/${'x'.repeat(510)}/`, 'x'.repeat(64)],
] as const)('matchIdentityArn() takes apart what identityArn() makes: %s %s %s', (kind, path, name) => {
  const arn = identityArn('000000000000', { kind, path, name })
  expect(matchIdentityArn(arn)).toEqual({ accountId: '000000000000', kind, path, name })
})

test.each([
  'arn:aws:iam::000000000000:user/',
  'arn:aws:iam::000000000000:user//ci',
  'arn:aws:iam::00000000000:user/ci',
  'arn:aws:iam::aws:role/ci',
  'arn:aws:sts::000000000000:assumed-role/ci/session',
  'arn:aws:iam::000000000000:policy/ci',
  'arn:aws:iam::000000000000:user/c i',
  'arn:aws:iam::000000000000:user/ci\n',
  'ci',
])('matchIdentityArn() finds none in %s', (text) => {
  expect(matchIdentityArn(text)).toBeUndefined()
})

test('matchIdentityArn() takes no longer for a long text that is no ARN', () => {
  const startedMs = performance.now()
  for (const part of ['a/', '//', '/a', 'a']) {
    expect(matchIdentityArn(`arn:aws:iam::000000000000:role/${part.repeat(50_000)}!`)).toBeUndefined()
  }
  expect(performance.now() - startedMs).toBeLessThan(500)
})
