import { expect, test } from 'bun:test'
import { oidcProviderArn, parseOidcProviderArn } from './oidc-provider-arn.ts'

test('parseOidcProviderArn() takes apart what oidcProviderArn() makes', () => {
  const named = { accountId: '000000000000', name: 'a.example/x' }
  expect(parseOidcProviderArn(oidcProviderArn(named.accountId, named.name))).toEqual(named)
})

test.each([
  'arn:aws:iam::000000000000:saml-provider/x',
  'arn:aws:iam::aws:oidc-provider/x',
  'arn:aws:iam::000000000000:oidc-provider/',
  'x',
])('parseOidcProviderArn() refuses %s', (text) => {
  expect(() => parseOidcProviderArn(text)).toThrow('Invalid ARN')
})
