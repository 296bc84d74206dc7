import { expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import type { JsonValue } from '../strict-json.ts'
import { checkDeclared } from './check-declared.ts'
import { readDocument } from './read-document.ts'

const documentOf = (kind: string, name: JsonValue, spec?: JsonValue): JsonValue => ({
  apiVersion: 'lading/v1',
  kind,
  metadata: { name },
  ...(spec !== undefined && { spec }),
})

test('a namespace becomes its settings, and which of them are locked', () => {
  const spec = { settings: { scanOnPush: true, quota: { images: 1 }, tagRules: {} }, locked: ['scanOnPush'] }
  const { kind, name, parts } = readDocument(documentOf('Namespace', 'team/', spec))
  expect([kind, name, Object.fromEntries(parts)]).toEqual([
    'Namespace',
    'team/',
    {
      'settings.scanOnPush': true,
      'locked.scanOnPush': true,
      'settings.quota': { images: 1 },
      'settings.tagRules': {},
      'locked.tagRules': false,
    },
  ])
})

test('a repository needs no spec', () => {
  expect(readDocument(documentOf('Repository', 'team/app')).parts.size).toBe(0)
})

test.each<[JsonValue, string]>([
  [null, 'the document: expected an object, got null'],
  [{}, 'the document: the member apiVersion is missing'],
  [{ ...(documentOf('Account', '1') as object), apiVersion: 'v1' }, 'apiVersion: expected one of lading/v1, got "v1"'],
  [documentOf('Role', 'x'), 'kind: expected one of Account,'],
  [documentOf('Account', 12), 'metadata.name: expected the 12 digits of an account, in quotes, got 12'],
  [documentOf('Namespace', 'team'), 'metadata.name: expected a beginning of repository names up to a slash'],
  [documentOf('Repository', 'Team/App'), 'metadata.name: expected the name of a repository'],
  [documentOf('Repository', 'a/b', { setting: {} }), 'spec: there is no member "setting"; expected settings, tags'],
  [documentOf('Repository', 'a/b', { locked: [] }), 'spec: there is no member "locked"'],
  [documentOf('Repository', 'a/b', { settings: { quota: {} } }), 'spec.settings.quota: expected bytes, images or both'],
  [
    documentOf('Repository', 'a/b', { settings: { quota: { bytes: -1 } } }),
    'spec.settings.quota.bytes: expected an integer of at least 0, got -1',
  ],
  [
    documentOf('Repository', 'a/b', { settings: { scanOnPush: 'yes' } }),
    'spec.settings.scanOnPush: expected true or false, got "yes"',
  ],
  [
    documentOf('Repository', 'a/b', { settings: { lifecyclePolicy: '{}' } }),
    'spec.settings.lifecyclePolicy: expected an object',
  ],
  [documentOf('Repository', 'a/b', { tags: { 'aws:x': '' } }), 'spec.tags["aws:x"]: a key has 1 to 128 characters'],
  [
    documentOf('Repository', 'a/b', { tags: { x: 1 } }),
    'spec.tags.x: expected a text of at most 256 characters, got 1',
  ],
  [
    documentOf('Namespace', 'a/', { settings: {}, locked: ['tagRules'] }),
    'spec.locked[0]: there is no settings.tagRules to lock',
  ],
  [
    documentOf('Namespace', 'a/', { settings: { quota: { images: 1 } }, locked: ['quota'] }),
    'spec.locked[0]: expected one of lifecyclePolicy,',
  ],
  [documentOf('Webhook', 'w', { url: 'https://a', secret: 'x' }), 'spec: there is no member "secret"'],
  [documentOf('Webhook', 'w'), 'spec: the member url is missing'],
  [
    documentOf('OidcProvider', 'w', { issuer: 'https://a', clientIds: ['a', 'a'] }),
    'spec.clientIds[1]: "a" is there already',
  ],
])('%j is refused: %s', (document, sentence) => {
  const refusal = refusalOf(() => readDocument(document))
  expect([refusal.reason, refusal.message]).toEqual(['parameter-invalid', expect.stringContaining(sentence)])
  expect(refusal.detail).toHaveProperty('path')
})

test.each<[JsonValue, string]>([
  [
    documentOf('Repository', 'a/b', { settings: { lifecyclePolicy: { rules: [] } } }),
    'spec.settings.lifecyclePolicy: ',
  ],
  [
    documentOf('Repository', 'a/b', { settings: { tagRules: { forbid: 1 } } }),
    'spec.settings.tagRules: tagRules.forbid must be a list',
  ],
  [
    documentOf('Repository', 'a/b', { settings: { repositoryPolicy: { Statement: 1 } } }),
    'spec.settings.repositoryPolicy: The policy is malformed',
  ],
  [documentOf('Registry', 'own', { policy: {} }), 'spec.policy: The policy is malformed'],
  [
    documentOf('Repository', 'a/b', { tags: { a: '', A: '' } }),
    'spec.tags: Invalid resource tag: a key is given twice',
  ],
  [documentOf('Webhook', 'w', { url: 'https://a', pattern: { source: 1 } }), 'spec.pattern: '],
  [documentOf('OidcProvider', 'w', { issuer: 'http://a', clientIds: ['a'] }), 'spec.issuer: '],
  [documentOf('OidcProvider', 'w', { issuer: 'https://a', clientIds: ['a'], keys: [{}] }), 'spec.keys: '],
])('%j is read, and refused by what the server would say: %s', (document, sentence) => {
  const declared = readDocument(document)
  expect(refusalOf(() => checkDeclared(declared)).message).toStartWith(sentence)
})
