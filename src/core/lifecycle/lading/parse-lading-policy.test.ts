import { expect, test } from 'bun:test'
import { parseLadingPolicy, toLadingPolicy } from './parse-lading-policy.ts'

const RULE = { select: {}, action: 'expire' }

function policy(rules: readonly unknown[], more: object = {}): string {
  return JSON.stringify({ version: 'lading/lifecycle/v1', ...more, rules })
}

test('parseLadingPolicy() gives the document back as it is, with nothing filled in', () => {
  const document = {
    $schema: 'https://registry.example/schemas/lifecycle-policy-v1.json',
    version: 'lading/lifecycle/v1',
    description: 'what is kept',
    unit: 'manifest',
    rules: [
      {
        name: 'releases',
        description: 'ten of them',
        priority: 3,
        select: {
          tags: {
            all: ['v*', { not: { any: [{ glob: '*-rc*' }, { prefix: 'tmp' }] } }, { every: { regex: 'v[0-9.]+' } }],
          },
          tagged: true,
          storageClass: 'standard',
          mediaTypes: ['application/vnd.oci.image.*'],
          artifactTypes: ['application/*'],
          annotations: { 'org.example.keep': 'yes*', __proto__x: '' },
        },
        when: { beyond: { count: 10, by: 'semver' } },
        action: 'untag',
        tag: { any: [{ semver: true }, { semver: '>=1.2.0 <2.0.0' }, { kind: 'commit-hash' }] },
        rest: 'keep',
      },
      { priority: 4, select: {}, when: { olderThan: { hours: 6, since: 'archived' } }, action: 'expire' },
      { priority: 5, select: {}, when: { newerThan: { days: 30, since: 'pulled' } }, action: 'keep' },
      { priority: 6, select: {}, when: { within: { count: 10, by: 'semver' } }, action: 'keep' },
    ],
  }
  expect<unknown>(parseLadingPolicy(JSON.stringify(document))).toEqual(document)
  expect(JSON.parse(JSON.stringify(parseLadingPolicy(JSON.stringify(document))))).toEqual(document)
})

function nested(levels: number): unknown {
  return levels === 1 ? { glob: '*' } : { not: nested(levels - 1) }
}

const tags = (expression: unknown) => policy([{ select: { tags: expression }, action: 'keep' }])
const when = (condition: unknown) => policy([{ ...RULE, when: condition }])

const WRONG: readonly [text: string, where: string, problem: string][] = [
  ['', 'lifecyclePolicyText', 'expected JSON, got nothing'],
  ['[]', 'lifecyclePolicyText', 'expected an object, got []'],
  ['{"rules":[],"rules":[]}', 'lifecyclePolicyText', 'the key "rules" is there twice, at character 12'],
  ['{"rules":[]}', 'lifecyclePolicyText', 'the member version is missing'],
  [
    '{"version":"lading/lifecycle/v2","rules":[]}',
    'version',
    'expected one of lading/lifecycle/v1, got "lading/lifecycle/v2"',
  ],
  ['{"version":"lading/lifecycle/v1"}', 'lifecyclePolicyText', 'the member rules is missing'],
  [policy([]), 'rules', 'expected at least one in the list'],
  [policy(Array(201).fill(RULE)), 'rules', 'expected at most 200 in the list, got 201'],
  [
    policy([RULE], { rule: 1 }),
    'lifecyclePolicyText',
    'there is no member "rule"; expected $schema, version, description, unit, rules',
  ],
  [policy([RULE], { unit: 'tag' }), 'unit', 'expected one of image, manifest, got "tag"'],
  [policy([RULE], { description: '\0' }), 'description', 'expected a text without NUL'],
  [policy([RULE, { action: 'keep' }]), 'rules[1]', 'the member select is missing'],
  [policy([{ select: {} }]), 'rules[0]', 'the member action is missing'],
  [
    policy([{ ...RULE, action: 'delete' }]),
    'rules[0].action',
    'expected one of expire, archive, untag, keep, got "delete"',
  ],
  [policy([{ ...RULE, rest: null }]), 'rules[0].rest', 'expected one of next, keep, got null'],
  [policy([{ ...RULE, name: 'Ten' }]), 'rules[0].name', 'expected 1 to 64 of small letters, digits and dash'],
  [
    policy([{ ...RULE, name: 'rule-2' }, RULE]),
    'rules[1].name',
    'expected a name that no other rule has, got "rule-2"',
  ],
  [policy([{ ...RULE, priority: 1 }, RULE]), 'rules[1]', 'expected a priority, as another rule has one'],
  [
    policy([
      { ...RULE, priority: 7 },
      { ...RULE, priority: 7 },
    ]),
    'rules[1].priority',
    'expected more than the rule before has, 7, got 7',
  ],
  [policy([{ ...RULE, tag: 'a' }]), 'rules[0].tag', 'only rules with the action untag have it'],
  [
    policy([{ select: { tagged: 'yes' }, action: 'keep' }]),
    'rules[0].select.tagged',
    'expected true or false, got "yes"',
  ],
  [
    policy([{ select: { mediaTypes: [] }, action: 'keep' }]),
    'rules[0].select.mediaTypes',
    'expected at least one in the list',
  ],
  [
    policy([{ select: { annotations: { 'org.x': 1 } }, action: 'keep' }]),
    'rules[0].select.annotations["org.x"]',
    'expected a text, got 1',
  ],
  [
    policy([{ select: { annotations: {} }, action: 'keep' }]),
    'rules[0].select.annotations',
    'expected 1 to 32 annotations, got 0',
  ],
  [when({}), 'rules[0].when', 'expected exactly one of olderThan, newerThan, beyond, within'],
  [
    when({ newerThan: { days: 1, since: 'pulled' }, within: { count: 1, by: 'pulled' } }),
    'rules[0].when',
    'expected exactly one of olderThan, newerThan, beyond, within',
  ],
  [when({ within: { count: 1 } }), 'rules[0].when.within', 'the member by is missing'],
  [when({ newerThan: { since: 'pulled' } }), 'rules[0].when.newerThan', 'expected exactly one of days, hours'],
  [
    when({ olderThan: { days: 0, since: 'pushed' } }),
    'rules[0].when.olderThan.days',
    'expected an integer of at least 1, got 0',
  ],
  [
    when({ olderThan: { days: 1.5, since: 'pushed' } }),
    'rules[0].when.olderThan.days',
    'expected an integer of at least 1, got 1.5',
  ],
  [
    when({ olderThan: { days: 1, hours: 1, since: 'pushed' } }),
    'rules[0].when.olderThan',
    'expected exactly one of days, hours',
  ],
  [when({ olderThan: { days: 1 } }), 'rules[0].when.olderThan', 'the member since is missing'],
  [
    when({ beyond: { count: 1, by: 'archived' } }),
    'rules[0].when.beyond.by',
    'expected one of pushed, pulled, tagged, untagged, semver, got "archived"',
  ],
  [
    tags(7),
    'rules[0].select.tags',
    'expected a glob, or an object with one of glob, prefix, regex, semver, kind, any, all, not, every, some',
  ],
  [
    tags({ glob: 'a', regex: 'a' }),
    'rules[0].select.tags',
    'expected exactly one of glob, prefix, regex, semver, kind, any, all, not, every, some',
  ],
  [tags({ any: ['a', { all: [] }] }), 'rules[0].select.tags.any[1].all', 'expected at least one in the list'],
  [
    tags({ every: { some: 'a' } }),
    'rules[0].select.tags.every',
    'there is no member "some"; expected glob, prefix, regex, semver, kind, any, all, not',
  ],
  [
    tags({ kind: 'branch' }),
    'rules[0].select.tags.kind',
    'expected one of semver, commit-hash, date, build-id, environment, stable, digest, none, got "branch"',
  ],
  [
    tags({ semver: '^1.2' }),
    'rules[0].select.tags.semver',
    'expected true, or a range of at most 128 characters such as ">=1.2.0 <2.0.0", got "^1.2"',
  ],
  [tags(nested(17)), `rules[0].select.tags${'.not'.repeat(16)}`, 'expected at most 16 expressions within each other'],
  [tags({ regex: 'a'.repeat(257) }), 'rules[0].select.tags.regex', 'expected at most 256 characters, got 257'],
  [
    tags({ regex: '(?=a)' }),
    'rules[0].select.tags',
    "expected RE2's syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
  ],
  [tags({ regex: 'a{129}' }), 'rules[0].select.tags', 'expected at most 128 repetitions, got {129,129}'],
]

test.each(WRONG.map(([text, ...said]) => [...said, text]))(
  'parseLadingPolicy() refuses %s: %s',
  (where, problem, text) => {
    expect(() => parseLadingPolicy(text)).toThrow(
      expect.objectContaining({
        reason: 'parameter-invalid',
        message: `Invalid parameter at '${where}' failed to satisfy constraint: '${problem}'`,
      }),
    )
  },
)

test('parseLadingPolicy() takes expressions 16 levels deep and 200 rules', () => {
  expect(parseLadingPolicy(tags(nested(16))).rules).toHaveLength(1)
  expect(parseLadingPolicy(policy(Array(200).fill(RULE))).rules).toHaveLength(200)
})

test('a policy has at most 30,720 characters, and as a document its JSON has', () => {
  const room = 30_720 - policy([{ ...RULE, description: '' }]).length
  const longest = policy([{ ...RULE, description: 'x'.repeat(room) }])
  expect(parseLadingPolicy(longest).rules).toHaveLength(1)
  expect(() => parseLadingPolicy(`${longest} `)).toThrow('expected at most 30720 characters, got 30721')
  const longer = JSON.parse(policy([{ ...RULE, description: 'x'.repeat(room + 1) }]))
  expect(() => toLadingPolicy(longer)).toThrow('expected at most 30720 characters, got 30721')
})

test('the regular expressions of a policy are bounded together', () => {
  const many = Array(33).fill({ regex: 'a' })
  expect(() => parseLadingPolicy(tags({ any: many }))).toThrow('expected at most 32 regular expressions, got 33')
  const large = Array(20).fill({ regex: 'a{120}' })
  expect(() => parseLadingPolicy(tags({ any: large }))).toThrow('500 instructions together, got 2440')
})
