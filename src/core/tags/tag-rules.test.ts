import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { TAG_KINDS, type TagKind } from './tag-kind.ts'
import { parseTagRules } from './tag-rules.ts'

test('nothing is asked for by rules that say nothing', () => {
  expect(parseTagRules({})).toEqual({ require: [], forbid: [], buildLinks: undefined })
})

test('kinds and patterns are read as they are written; build links have their usual names', () => {
  const value = {
    require: [{ kind: 'semver' }, { pattern: 'release-*' }],
    forbid: [{ kind: 'stable' }],
    buildLinks: { tags: [{ pattern: 'b*' }], address: ['com.example.build'] },
  }
  expect(parseTagRules(value)).toEqual({
    require: [{ kind: 'semver' }, { pattern: 'release-*' }],
    forbid: [{ kind: 'stable' }],
    buildLinks: {
      tags: [{ pattern: 'b*' }],
      address: ['com.example.build'],
      revision: ['org.opencontainers.image.revision'],
    },
  })
  expect(parseTagRules({ buildLinks: {} }).buildLinks).toEqual({
    tags: [{ kind: 'build-id' }],
    address: ['org.opencontainers.image.url', 'org.opencontainers.image.source'],
    revision: ['org.opencontainers.image.revision'],
  })
})

const many = (count: number) => Array.from({ length: count }, () => ({ kind: 'date' }))

test.each<[unknown, string]>([
  [null, 'tagRules must be an object; it is null'],
  [[], 'tagRules must be an object'],
  ['semver', 'tagRules must be an object'],
  [{ requires: [] }, 'tagRules must have no other members than require, forbid, buildLinks; it has "requires"'],
  [{ require: { kind: 'semver' } }, 'tagRules.require must be a list'],
  [{ require: null }, 'tagRules.require must be a list'],
  [{ require: many(21) }, 'tagRules.require must have at most 20 entries; it has 21'],
  [{ require: ['semver'] }, 'tagRules.require[0] must be an object'],
  [{ forbid: [{ kind: 'date' }, {}] }, 'tagRules.forbid[1] must have either a kind or a pattern'],
  [{ forbid: [{ kind: 'date', pattern: '*' }] }, 'tagRules.forbid[0] must have either a kind or a pattern'],
  [{ require: [{ kind: 'SemVer' }] }, 'tagRules.require[0].kind must be one of semver, commit-hash, date, build-id'],
  [{ require: [{ kind: 'constructor' }] }, 'tagRules.require[0].kind must be one of'],
  [{ require: [{ regex: '.*' }] }, 'tagRules.require[0] must have no other members than kind, pattern'],
  [{ require: [{ pattern: '' }] }, 'tagRules.require[0].pattern must be 1 to 128 of letters'],
  [{ require: [{ pattern: 'v[0-9]' }] }, 'tagRules.require[0].pattern must be 1 to 128 of letters'],
  [{ require: [{ pattern: 'a'.repeat(129) }] }, 'tagRules.require[0].pattern must be 1 to 128 of letters'],
  [{ buildLinks: true }, 'tagRules.buildLinks must be an object'],
  [{ buildLinks: { address: [] } }, 'tagRules.buildLinks.address must name at least one annotation'],
  [{ buildLinks: { revision: ['a b'] } }, 'tagRules.buildLinks.revision[0] must be the name of an annotation'],
  [{ buildLinks: { revision: [1] } }, 'tagRules.buildLinks.revision[0] must be the name of an annotation'],
  [{ buildLinks: { tags: [{}] } }, 'tagRules.buildLinks.tags[0] must have either'],
])('%j is refused: %s', (value, message) => {
  const refusal = refusalOf(() => parseTagRules(value))
  expect([refusal.reason, refusal.message]).toEqual(['parameter-invalid', expect.stringContaining(message)])
})

// The keys of a table are what its type says.
const kinds = Object.keys(TAG_KINDS) as TagKind[]
const expectation = fc.oneof(
  fc.record({ kind: fc.constantFrom(...kinds) }),
  fc.record({ pattern: fc.stringMatching(/^[a-zA-Z0-9._*-]{1,20}$/) }),
)

test('what was parsed is written back and parsed to the same', () => {
  const lists = fc.record({ require: fc.array(expectation), forbid: fc.array(expectation) }, { requiredKeys: [] })
  const links = fc.record({ tags: fc.array(expectation) }, { requiredKeys: [] })
  fc.assert(
    fc.property(lists, fc.option(links, { nil: undefined }), (given, buildLinks) => {
      const rules = parseTagRules({ ...given, ...(buildLinks !== undefined && { buildLinks }) })
      expect(parseTagRules(JSON.parse(JSON.stringify(rules)))).toEqual(rules)
    }),
  )
})

test('any JSON is parsed or refused', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        parseTagRules(value)
      } catch (error) {
        expect(error).toMatchObject({ reason: 'parameter-invalid' })
      }
    }),
  )
})
