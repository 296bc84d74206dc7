import { expect, test } from 'bun:test'
import { parseTemplatePrefix, templatePrefixesFor } from './template-prefix.ts'

test('parseTemplatePrefix() takes the implied slash off', () => {
  expect(parseTemplatePrefix('team-a/')).toBe('team-a')
  expect(parseTemplatePrefix('team-a/web')).toBe('team-a/web')
  expect(parseTemplatePrefix('a')).toBe('a')
  expect(parseTemplatePrefix('ROOT')).toBe('ROOT')
})

test('parseTemplatePrefix() refuses what cannot begin a repository name', () => {
  for (const text of ['', '/', 'a//', '/a', 'A', 'ROOT/', 'root*', 'a b', '-a', 'a'.repeat(255)]) {
    expect(() => parseTemplatePrefix(text)).toThrow(expect.objectContaining({ reason: 'parameter-invalid' }))
  }
})

test('templatePrefixesFor() names whole components, the longest first, ROOT last', () => {
  expect(templatePrefixesFor('team-a/web/api')).toEqual(['team-a/web', 'team-a', 'ROOT'])
  expect(templatePrefixesFor('solo')).toEqual(['ROOT'])
})
