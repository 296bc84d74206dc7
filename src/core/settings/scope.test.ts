import { expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { parseRepositoryName } from '../repository-name.ts'
import { namespacesAbove, namespacesOf, parseNamespacePath, type Scope } from './scope.ts'

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

test('a namespace is in those that its path begins with, and not in itself', () => {
  const above = (scope: Scope) => namespacesAbove(scope).map((path) => `${path}`)
  expect(above({ kind: 'namespace', path: parseNamespacePath('a/b/') })).toEqual(['a/'])
  expect(above({ kind: 'repository', name: parseRepositoryName('a/b/c') })).toEqual(['a/', 'a/b/'])
  expect(above({ kind: 'registry' })).toEqual([])
})
