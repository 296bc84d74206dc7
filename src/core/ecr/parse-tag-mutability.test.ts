import { expect, test } from 'bun:test'
import { Fields } from './fields.ts'
import { parseTagMutability } from './parse-tag-mutability.ts'

const filters = (...texts: string[]) => texts.map((filter) => ({ filterType: 'WILDCARD', filter }))
const parse = (imageTagMutability: unknown, imageTagMutabilityExclusionFilters?: unknown) =>
  parseTagMutability(new Fields({ imageTagMutability, imageTagMutabilityExclusionFilters }))

test('the four modes', () => {
  expect(parse(undefined)).toBeUndefined()
  expect(parse('MUTABLE')).toEqual({ mode: 'MUTABLE', exclusionFilters: [] })
  expect(parse('IMMUTABLE', [])).toEqual({ mode: 'IMMUTABLE', exclusionFilters: [] })
  expect(parse('IMMUTABLE_WITH_EXCLUSION', filters('latest', 'v*.dev*'))).toEqual({
    mode: 'IMMUTABLE_WITH_EXCLUSION',
    exclusionFilters: ['latest', 'v*.dev*'],
  })
  expect(parse('MUTABLE_WITH_EXCLUSION', filters('*'))?.mode).toBe('MUTABLE_WITH_EXCLUSION')
})

test('filters belong to the exclusion modes, and those need one to five', () => {
  const invalid = expect.objectContaining({ reason: 'parameter-invalid' })
  const six = filters('a', 'b', 'c', 'd', 'e', 'f')
  const wrong: [unknown, unknown?][] = [
    ['IMMUTABLE_WITH_EXCLUSION'],
    ['MUTABLE_WITH_EXCLUSION', []],
    ['IMMUTABLE_WITH_EXCLUSION', six],
    ['IMMUTABLE', filters('a')],
    [undefined, filters('a')],
    ['mutable'],
    ['IMMUTABLE_WITH_EXCLUSION', filters('')],
    ['IMMUTABLE_WITH_EXCLUSION', filters('a b')],
    ['IMMUTABLE_WITH_EXCLUSION', filters('a'.repeat(129))],
    ['IMMUTABLE_WITH_EXCLUSION', filters('***')],
    ['IMMUTABLE_WITH_EXCLUSION', [{ filterType: 'REGEXP', filter: 'a' }]],
    ['IMMUTABLE_WITH_EXCLUSION', [{ filter: 'a' }]],
    ['IMMUTABLE_WITH_EXCLUSION', ['a']],
  ]
  for (const [mode, given] of wrong) expect(() => parse(mode, given)).toThrow(invalid)
})
