import { expect, test } from 'bun:test'
import { checkIssuerUrl, nameOfIssuer, providerNameFor } from './oidc-provider-url.ts'

test.each([
  'https://token.actions.githubusercontent.com',
  'https://kubernetes.default.svc.cluster.local',
  'https://tenant.auth0.example/',
  'https://oidc.example:8443/org/0123-4567',
  'https://GitLab.example',
])('checkIssuerUrl() takes %s', (url) => {
  expect(() => checkIssuerUrl(url)).not.toThrow()
})

test('a provider is named after its issuer as it is written, unless a tag names it', () => {
  expect(nameOfIssuer('https://tenant.auth0.example/')).toBe('tenant.auth0.example/')
  expect(providerNameFor('https://a.example/x', [{ key: 'team', value: 'blue' }])).toBe('a.example/x')
  expect(providerNameFor('https://a.example/x', [{ key: 'lading:name', value: 'eu/blue-1' }])).toBe('eu/blue-1')
  for (const value of ['', '/x', 'x/', '-', 'a b', 'ä', 'x'.repeat(256), 'a\n']) {
    expect(() => providerNameFor('https://a.example', [{ key: 'lading:name', value }])).toThrow('lading:name')
  }
})
