import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { isTag } from '../tag.ts'
import { checkTagRules } from './check-tag-rules.ts'
import { TAG_KINDS, type TagKind } from './tag-kind.ts'
import { parseTagRules } from './tag-rules.ts'

const REVISION = 'org.opencontainers.image.revision'
const URL_NAME = 'org.opencontainers.image.url'
const SOURCE = 'org.opencontainers.image.source'
const repositoryName = 'team/app'

type Json = Readonly<Record<string, unknown>>
const check = (tag: string, rules: readonly Json[], annotations?: Record<string, string>) =>
  checkTagRules(rules.map(parseTagRules), { repositoryName, tag, annotations })
const sentence = (tag: string, rules: readonly Json[], annotations?: Record<string, string>) => {
  const refusal = refusalOf(() => check(tag, rules, annotations))
  expect(refusal.reason).toBe('tag-not-allowed')
  return refusal.message
}

const SEMVER = { require: [{ kind: 'semver' }] }
const BUILDS = { require: [{ kind: 'build-id' }] }

test.each<[string, string, Json[]]>([
  ['nothing is asked for', 'anything', []],
  ['nothing is asked for by empty rules', 'anything', [{}]],
  ['the kind is required', '1.4.2', [SEMVER]],
  ['one of several is enough', 'release-7', [{ require: [{ kind: 'semver' }, { pattern: 'release-*' }] }]],
  ['a tag that could be of the kind', '1234567', [{ require: [{ kind: 'commit-hash' }] }]],
  ['the first builds', '1', [BUILDS]],
  ['another kind is forbidden', '1.4.2', [{ forbid: [{ kind: 'stable' }] }]],
  ['it is forbidden only as what it less likely is', '1.4.2-1a2b3c4', [{ forbid: [{ kind: 'commit-hash' }] }]],
  ['rules of parents all hold', 'v1.4.2', [SEMVER, { require: [{ pattern: 'v*' }] }, {}]],
])('let in: %s', (_, tag, rules) => {
  expect(() => check(tag, rules)).not.toThrow()
})

test('the sentence says what the tag is, what was expected, and one that would do', () => {
  expect(sentence('latest', [SEMVER])).toBe(
    "The image tag 'latest' is not allowed in the 'team/app' repository: it is a name that moves, and expected is a semantic version, such as 1.4.2.",
  )
  expect(sentence('latest', [{ forbid: [{ kind: 'stable' }] }])).toBe(
    "The image tag 'latest' is not allowed in the 'team/app' repository: it is a name that moves, which is forbidden; expected is any other, such as 1.4.2.",
  )
  expect(sentence('v1.4.2', [{ ...SEMVER, forbid: [{ pattern: 'v*' }] }])).toBe(
    "The image tag 'v1.4.2' is not allowed in the 'team/app' repository: it is a tag like v*, which is forbidden; expected is a semantic version, such as 1.4.2.",
  )
})

test('the example fits the rules of all parents, and there is none where nothing could', () => {
  expect(sentence('latest', [SEMVER, { require: [{ pattern: 'release-*' }, { pattern: 'v*' }] }])).toEndWith(
    'a semantic version, such as v1.4.2.',
  )
  expect(sentence('latest', [SEMVER, { forbid: [{ pattern: '*' }] }])).toEndWith('expected is a semantic version.')
})

test('a long list is cut', () => {
  const require = Array.from({ length: 20 }, (_, index) => ({ pattern: `a${index}-*` }))
  expect(sentence('latest', [{ require }])).toContain('a tag like a7-* or another of 20, such as a0-1')
})

const LINKS = { buildLinks: {} }
const COMPLETE = { [URL_NAME]: 'https://ci.example.com/builds/7', [REVISION]: '1a2b3c4' }

test.each<[string, string, Json[], Record<string, string>]>([
  ['it has both', 'build-7', [LINKS], COMPLETE],
  ['it has the source for an address', 'build-7', [LINKS], { [SOURCE]: 'http://git.example.com/a', [REVISION]: 'r7' }],
  ['it is no build id', '1.4.2', [LINKS], {}],
  ['it could be one, but is asked for by nobody', '42', [LINKS], {}],
  [
    'the names are others',
    'b-7',
    [{ buildLinks: { tags: [{ pattern: 'b-*' }], address: ['x.build'], revision: ['x.rev'] } }],
    { 'x.build': 'https://ci.example.com', 'x.rev': '7' },
  ],
])('a build tag is let in when %s', (_, tag, rules, annotations) => {
  expect(() => check(tag, rules, annotations)).not.toThrow()
})

test.each<[string, string, Json[], Record<string, string> | undefined]>([
  ['no annotations', 'build-7', [LINKS], undefined],
  ['no revision', 'build-7', [LINKS], { [URL_NAME]: COMPLETE[URL_NAME] }],
  ['a blank revision', 'build-7', [LINKS], { ...COMPLETE, [REVISION]: ' ' }],
  ['no address', 'build-7', [LINKS], { [REVISION]: '1a2b3c4' }],
  ['an address that is none', 'build-7', [LINKS], { ...COMPLETE, [URL_NAME]: 'ci.example.com' }],
  ['an address that runs something', 'build-7', [LINKS], { ...COMPLETE, [URL_NAME]: 'javascript:alert(1)' }],
  ['only what every object has', 'build-7', [{ buildLinks: { address: ['constructor'] } }], { [REVISION]: '1' }],
  ['a small number that was let in as a build id', '42', [LINKS, BUILDS], {}],
  ['the links of a parent only', 'build-7', [{ buildLinks: { address: ['x.build'] } }, LINKS], COMPLETE],
])('a build tag is refused with %s', (_, tag, rules, annotations) => {
  const said = sentence(tag, rules, annotations)
  expect(said).toContain('annotations of the manifest, not labels of the image')
  expect(said).toContain(REVISION)
})

// The keys of a table are what its type says.
const kind = fc.constantFrom(...(Object.keys(TAG_KINDS) as TagKind[])).map((each) => ({ kind: each }))
const pattern = fc.stringMatching(/^[a-z0-9.*-]{1,8}$/).map((each) => ({ pattern: each }))
const expectations = fc.array(fc.oneof(kind, pattern), { maxLength: 3 })
const rules = fc.array(fc.record({ require: expectations, forbid: expectations }), { minLength: 1, maxLength: 3 })

test('whatever example a refusal shows is let in', () => {
  let shown = 0
  fc.assert(
    fc.property(rules, fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,10}$/), (all, tag) => {
      try {
        check(tag, all)
      } catch (error) {
        const example = /, such as (\S+)\.$/.exec(error instanceof Error ? error.message : '')?.[1]
        if (example === undefined) return
        shown++
        expect(isTag(example)).toBe(true)
        expect(() => check(example, all)).not.toThrow()
      }
    }),
    { numRuns: 500 },
  )
  expect(shown).toBeGreaterThan(20)
})
