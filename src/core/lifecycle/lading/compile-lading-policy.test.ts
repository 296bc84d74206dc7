import { expect, test } from 'bun:test'
import { digestFromHex } from '../../digest.ts'
import type { LifecycleImage } from '../lifecycle-image.ts'
import { compileLadingPolicy } from './compile-lading-policy.ts'
import type { ImageTagExpression, LadingRule, TagExpression } from './lading-policy.ts'

const kindOf = (tag: string) => (/^[0-9a-f]{7}$/.test(tag) ? 'commit-hash' : 'none')

function compile(rule: LadingRule) {
  const [compiled] = compileLadingPolicy({ version: 'lading/lifecycle/v1', rules: [rule] }, kindOf).rules
  if (compiled === undefined) throw new Error('a policy lost its rule')
  return compiled
}

function fitsTag(tag: TagExpression, text: string): boolean | undefined {
  return compile({ select: {}, action: 'untag', tag }).selection.tag?.(text)
}

function fitsTags(tags: ImageTagExpression, list: readonly string[]): boolean | undefined {
  return compile({ select: { tags }, action: 'keep' }).selection.tags?.fits(list.map((tag) => ({ tag })))
}

test.each<[TagExpression, string[], string[]]>([
  ['v*', ['v', 'v1'], ['1v', 'V1']],
  ['*-rc*', ['1-rc', '-rc1'], ['1-r', 'rc']],
  ['a*a', ['aa', 'aba'], ['a', 'ab']],
  ['*', ['a'], []],
  ['', [], ['a']],
  ['a.c', ['a.c'], ['abc']],
  [{ glob: 'pr-*' }, ['pr-1'], ['pr1']],
  [{ prefix: 'pr' }, ['pr', 'prod'], ['p']],
  [{ prefix: 'a*b' }, ['axbx', 'ab'], ['a']],
  [{ regex: 'v[0-9]+' }, ['v10'], ['v', 'v10x', 'xv10']],
  [{ regex: 'a|ab' }, ['a', 'ab'], ['abc']],
  [{ regex: '(?i)^main$' }, ['MAIN'], ['main2']],
  [{ semver: true }, ['1.2.3', 'v1.2.3-rc.1'], ['1.2', 'latest']],
  [{ semver: '>=1.2.0 <2.0.0' }, ['1.2.0', 'v1.9.9', '2.0.0-rc.1'], ['1.2.0-rc.1', '2.0.0', '1.2']],
  [{ semver: '>=1.2.0 <2.0.0-0' }, ['1.9.9'], ['2.0.0-rc.1']],
  [{ semver: ' 1.2.3  ' }, ['1.2.3', 'v1.2.3'], ['1.2.4']],
  [{ semver: '=v1.2.3' }, ['1.2.3'], ['1.2.4']],
  [{ semver: '>1.0.0 <=1.1.0' }, ['1.0.1', '1.1.0'], ['1.0.0', '1.1.1']],
  [{ kind: 'commit-hash' }, ['0123abc'], ['v1']],
  [{ any: ['a', 'b'] }, ['a', 'b'], ['c']],
  [{ all: ['a*', { not: '*z' }] }, ['ab'], ['az', 'b']],
])('of tags, %j fits %j and not %j', (expression, fitting, others) => {
  expect(fitting.filter((tag) => fitsTag(expression, tag) !== true)).toEqual([])
  expect(others.filter((tag) => fitsTag(expression, tag) !== false)).toEqual([])
})

test.each<[ImageTagExpression, string[][], string[][]]>([
  ['v*', [['v1'], ['x', 'v1']], [[], ['x']]],
  [{ not: 'v*' }, [[], ['x']], [['x', 'v1']]],
  [{ all: ['dev*', 'test*'] }, [['dev1', 'test1']], [['dev1'], ['test1'], []]],
  [{ all: ['*a*', '*b*'] }, [['ab'], ['a', 'b']], [['a']]],
  [{ any: ['dev*', 'test*'] }, [['dev1'], ['test1', 'x']], [['x'], []]],
  [{ every: 'pr-*' }, [['pr-1'], ['pr-1', 'pr-2']], [['pr-1', 'v1'], []]],
  [{ not: { every: 'pr-*' } }, [['pr-1', 'v1'], []], [['pr-1']]],
  [{ some: { all: ['*a*', '*b*'] } }, [['ab', 'c']], [['a', 'b'], []]],
  [{ some: { not: 'v*' } }, [['v1', 'x']], [['v1'], []]],
  [{ every: { not: 'v*' } }, [['x']], [['v1', 'x'], []]],
])('of images, %j fits tags %j and not %j', (expression, fitting, others) => {
  expect(fitting.filter((tags) => fitsTags(expression, tags) !== true)).toEqual([])
  expect(others.filter((tags) => fitsTags(expression, tags) !== false)).toEqual([])
})

const IMAGE: LifecycleImage = {
  digest: digestFromHex('sha256', '0'.repeat(64)),
  tags: [],
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  artifactType: undefined,
  pushedAtMs: 0,
  lastPulledAtMs: undefined,
  untaggedAtMs: undefined,
  storageClass: 'standard',
  archivedAtMs: undefined,
  restoredAtMs: undefined,
  children: [],
  subject: undefined,
}

test.each<[LadingRule['select'], Partial<LifecycleImage>, boolean]>([
  [{ mediaTypes: ['text/*', '*.manifest.v1+json'] }, {}, true],
  [{ mediaTypes: ['*.index.v1+json'] }, {}, false],
  [{ artifactTypes: ['*'] }, {}, false],
  [{ artifactTypes: ['application/x', 'text/*'] }, { artifactType: 'text/plain' }, true],
  [{ mediaTypes: ['*'], artifactTypes: ['text/*'] }, { artifactType: 'image/png' }, false],
  [{ annotations: { keep: '*' } }, {}, false],
  [{ annotations: { keep: '*' } }, { annotations: { keep: '' } }, true],
  [{ annotations: { keep: 'y*', other: 'z' } }, { annotations: { keep: 'yes' } }, false],
  [{ annotations: { constructor: '*' } }, { annotations: {} }, false],
])('selection %j of an image with %j: %p', (select, image, expected) => {
  expect(compile({ select, action: 'keep' }).selection.image?.({ ...IMAGE, ...image })).toBe(expected)
})

test('compileLadingPolicy() fills in the defaults', () => {
  const compiled = compileLadingPolicy(
    {
      version: 'lading/lifecycle/v1',
      rules: [
        { select: {}, action: 'keep' },
        { name: 'old', select: { tagged: true, storageClass: 'archive' }, action: 'expire', rest: 'keep' },
      ],
    },
    kindOf,
  )
  const selection = { storageClass: undefined, isTagged: undefined, tags: undefined, tag: undefined, image: undefined }
  const rule = { description: undefined, selection, condition: undefined }
  expect(compiled).toEqual({
    unit: 'image',
    rules: [
      { ...rule, priority: 1, name: 'rule-1', action: 'keep', rest: 'next' },
      {
        ...rule,
        priority: 2,
        name: 'old',
        selection: { ...selection, storageClass: 'archive', isTagged: true },
        action: 'expire',
        rest: 'keep',
      },
    ],
  })
})

test.each<[LadingRule['when'], unknown]>([
  [{ olderThan: { days: 2, since: 'pulled' } }, { type: 'older-than', ageMs: 172_800_000, since: 'pulled' }],
  [{ olderThan: { hours: 2, since: 'archived' } }, { type: 'older-than', ageMs: 7_200_000, since: 'archived' }],
  [{ newerThan: { days: 1, since: 'pushed' } }, { type: 'newer-than', ageMs: 86_400_000, since: 'pushed' }],
  [{ beyond: { count: 2, by: 'semver' } }, { type: 'beyond', count: 2, order: 'semver' }],
  [{ within: { count: 3, by: 'pulled' } }, { type: 'within', count: 3, order: 'pulled' }],
  [undefined, undefined],
])('condition %j compiles to %j', (when, expected) => {
  expect<unknown>(compile({ select: {}, action: 'keep', ...(when && { when }) }).condition).toEqual(expected)
})
