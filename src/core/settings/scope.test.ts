import { expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { parseRepositoryName } from '../repository-name.ts'
import { namespacesOf, parseNamespacePath, scopesAbove } from './scope.ts'

test.each(['a/', 'team-blue/', 'team-blue/web/'])('%p is a namespace', (text) => {
  expect<string>(parseNamespacePath(text)).toBe(text)
})

test.each(['', '/', 'team', 'Team/', 'a//', '/a/', 'a/*', '../', `${'x'.repeat(255)}/`])('%p is none', (text) => {
  expect(refusalOf(() => parseNamespacePath(text)).reason).toBe('name-invalid')
})

test('a repository is in every namespace that its name begins with', () => {
  expect<string[]>(namespacesOf(parseRepositoryName('a/b/c'))).toEqual(['a/', 'a/b/'])
  expect(namespacesOf(parseRepositoryName('app'))).toEqual([])
})

test('above a scope is all that is farther up, outermost first', () => {
  const above = scopesAbove({ kind: 'namespace', path: parseNamespacePath('a/b/') })
  expect<string[]>(above.map((scope) => ('path' in scope ? scope.path : scope.kind))).toEqual([
    'installation',
    'registry',
    'a/',
  ])
  expect(scopesAbove({ kind: 'installation' })).toEqual([])
})
