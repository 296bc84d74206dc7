import { expect, test } from 'bun:test'
import { checkIssuer, nameOfIssuer, parseProviderArn, providerNameFor } from './oidc-provider-url.ts'

test.each([
  'https://token.actions.githubusercontent.com',
  'https://kubernetes.default.svc.cluster.local',
  'https://tenant.auth0.example/',
  'https://oidc.example:8443/org/0123-4567',
  'https://GitLab.example',
])('checkIssuer() takes %s', (url) => {
  expect(() => checkIssuer(url)).not.toThrow()
})

test('a provider is named after its issuer as it is written, unless a tag names it', () => {
  expect(nameOfIssuer('https://tenant.auth0.example/')).toBe('tenant.auth0.example/')
  expect(providerNameFor('https://a.example/x', [{ key: 'team', value: 'blue' }])).toBe('a.example/x')
  expect(providerNameFor('https://a.example/x', [{ key: 'lading:name', value: 'eu/blue-1' }])).toBe('eu/blue-1')
  for (const value of ['', '/x', 'x/', '-', 'a b', 'ä', 'x'.repeat(256), 'a\n']) {
    expect(() => providerNameFor('https://a.example', [{ key: 'lading:name', value }])).toThrow('lading:name')
  }
})

test('parseProviderArn() takes ARNs of providers alone', () => {
  const named = { accountId: '000000000000', name: 'a.example/x' }
  expect(parseProviderArn('arn:aws:iam::000000000000:oidc-provider/a.example/x')).toEqual(named)
  for (const arn of ['arn:aws:iam::000000000000:saml-provider/x', 'arn:aws:iam::aws:oidc-provider/x', 'x']) {
    expect(() => parseProviderArn(arn)).toThrow('Invalid ARN')
  }
})
