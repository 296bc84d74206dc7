import { describe, expect, test } from 'bun:test'
import { daysAgo, digestOfName } from '../../../test/lifecycle/lifecycle-images.ts'
import {
  beyond,
  inDigestOrder,
  MULTI,
  newerThan,
  olderThan,
  planOf,
  type Sketches,
  signatureTag,
  tagged,
  within,
} from '../../../test/lifecycle/plan-names.ts'

describe('units of images', () => {
  test('an index goes with all that only it reaches, each once, the index first', () => {
    const byDigest = inDigestOrder('amd64', 'arm64', 'nested')
    const parentsFirst = byDigest.flatMap((name) => (name === 'arm64' ? ['nested', name] : [name]))
    expect(planOf('image', [{ condition: olderThan(7) }], MULTI).actions).toEqual([
      'expire index (1)',
      ...[...new Set(parentsFirst)].map((name) => `expire ${name} (1) child of index`),
    ])
  })

  test('a tagged child is a root: it stays by its own rule, or is held by an index that does', () => {
    const sketches: Sketches = {
      index: { tags: ['v1'], children: ['child'] },
      child: { tags: ['v1-amd64'], age: 100 },
    }
    expect(planOf('image', [{ condition: olderThan(7) }], sketches)).toEqual({
      actions: [],
      refused: ['child (1) held by index'],
    })
    expect(planOf('image', [{ selection: tagged('v1') }], sketches).actions).toEqual(['expire index (1)'])
  })

  test('a tag that names its own image is a tag, and no accessory', () => {
    expect(
      planOf('image', [{ condition: olderThan(7) }], { A: { tags: [signatureTag('A', '')], age: 8 } }).actions,
    ).toEqual(['expire A (1)'])
  })

  test('a pull of a child is a pull of the image, and no image is older than its push', () => {
    const rules = [{ condition: olderThan(30, 'pulled') }]
    const sketches: Sketches = {
      pulled: { tags: ['a'], age: 100, children: ['amd64'] },
      amd64: { age: 100, lastPulledAtMs: daysAgo(3) },
      'new index': { tags: ['b'], age: 1, children: ['old child'] },
      'old child': { age: 100, lastPulledAtMs: daysAgo(90) },
      forgotten: { tags: ['c'], age: 100, children: ['old child'] },
    }
    expect(planOf('image', rules, sketches).actions).toEqual(['expire forgotten (1)'])
  })

  test('a child is archived with the last of its indexes, and one in the archive holds nothing back from it', () => {
    const archive = [{ action: 'archive', condition: olderThan(7) }] as const
    const shared = { age: 100 }
    const first: Sketches = {
      A: { tags: ['a'], age: 100, children: ['shared'] },
      B: { tags: ['b'], children: ['shared'] },
      shared,
    }
    expect(planOf('image', archive, first).actions).toEqual(['archive A (1)'])
    const then: Sketches = { ...first, A: { ...first.A, storageClass: 'archive' }, B: { ...first.B, age: 100 } }
    expect(planOf('image', archive, then).actions).toEqual(['archive B (1)', 'archive shared (1) child of B'])
    expect(planOf('image', [{ condition: olderThan(7), selection: tagged('b') }], then).actions).toEqual([
      'expire B (1)',
    ])
  })
})

describe('rules of our own', () => {
  test('by semver order the highest versions stay; what is no version is not counted', () => {
    const sketches: Sketches = {
      A: { tags: ['v1.2.0'] },
      B: { tags: ['v1.10.0', 'latest'] },
      C: { tags: ['1.9.9'] },
      D: { tags: ['nightly'] },
      E: {},
    }
    expect(planOf('image', [{ condition: beyond(1, 'semver') }], sketches).actions.toSorted()).toEqual([
      'expire A (1)',
      'expire C (1)',
    ])
  })

  test('within hits the first of the whole snapshot, whatever other rules decided; what is not counted is not hit', () => {
    const sketches: Sketches = {
      A: { tags: ['3.0.0'] },
      B: { tags: ['v1.2.0'] },
      C: { tags: ['1.1.0'] },
      D: { tags: ['latest'] },
    }
    const keep = [{ action: 'keep', condition: within(2, 'semver') }, {}] as const
    expect(planOf('image', keep, sketches).actions.toSorted()).toEqual(['expire C (2)', 'expire D (2)'])
    const first = { selection: tagged('3.*') }
    expect(planOf('image', [first, ...keep], sketches).actions.toSorted()).toEqual([
      'expire A (1)',
      'expire C (3)',
      'expire D (3)',
    ])
  })

  test('newer-than hits up to the very age, and nothing for which the clock does not run', () => {
    const rules = [{ action: 'keep', condition: newerThan(7, 'untagged') }, {}] as const
    const sketches: Sketches = {
      young: { age: 50, untaggedAtMs: daysAgo(6) },
      'of that age': { age: 50, untaggedAtMs: daysAgo(7) },
      older: { age: 50, untaggedAtMs: daysAgo(7) - 1 },
      tagged: { tags: ['a'], age: 1 },
    }
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual(['expire older (2)', 'expire tagged (2)'])
  })

  test('tags are hit by the same conditions, each by itself', () => {
    const rules = [
      { action: 'untag', condition: within(1, 'tagged') },
      { action: 'untag', condition: newerThan(2, 'tagged') },
    ] as const
    const sketches: Sketches = {
      A: { tags: ['a'], tagAge: 1 },
      B: { tags: ['b'], tagAge: 2 },
      C: { tags: ['c'], tagAge: 3 },
    }
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual(['untag A:a (1)', 'untag B:b (2)'])
  })

  test('ties in a window are decided by digest, whatever comes first', () => {
    const names = ['A', 'B', 'C', 'D']
    const [first = ''] = names.toSorted((a, b) => (digestOfName(a) < digestOfName(b) ? -1 : 1))
    const sketches = Object.fromEntries(names.map((name) => [name, {}]))
    const expected = names.filter((name) => name !== first).map((name) => `expire ${name} (1)`)
    expect(planOf('image', [{ condition: beyond(1) }], sketches).actions.toSorted()).toEqual(expected)
  })

  test('archive hits what is standard, so that a later rule can expire what is in the archive', () => {
    const rules = [{ action: 'archive', condition: olderThan(30) }, { condition: olderThan(365, 'archived') }] as const
    const sketches: Sketches = {
      A: { age: 40 },
      B: { age: 500, storageClass: 'archive', archivedAtMs: daysAgo(366) },
      C: { age: 500, storageClass: 'archive', archivedAtMs: daysAgo(300) },
    }
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual(['archive A (1)', 'expire B (2)'])
  })

  test('untag: by the age of the tag; kept by an earlier rule; locked; and not when the image goes anyway', () => {
    const untag = {
      action: 'untag',
      selection: { tag: (tag: string) => tag !== 'v9' },
      condition: olderThan(3, 'tagged'),
    } as const
    const sketches: Sketches = {
      old: { tags: ['b', 'a', 'v9'], age: 9 },
      moved: { tags: ['c'], age: 9, tagAge: 1 },
      kept: { tags: ['keep'], age: 9 },
      'tag locked': { tags: ['d', 'e'], age: 9, lockedTags: ['d'] },
      'image locked': { tags: ['f'], age: 9, isLocked: true },
      gone: { tags: ['g'], age: 100 },
    }
    const rules = [{ action: 'keep', selection: tagged('keep') }, untag, { condition: olderThan(50) }] as const
    const { actions, refused } = planOf('image', rules, sketches)
    expect(actions.filter((action) => action.includes('old'))).toEqual(['untag old:a (2)', 'untag old:b (2)'])
    expect(actions.toSorted()).toEqual([
      'expire gone (3)',
      'untag old:a (2)',
      'untag old:b (2)',
      'untag tag locked:e (2)',
    ])
    expect(refused.toSorted()).toEqual([
      'image locked:f (2) locked by image locked',
      'tag locked:d (2) locked by tag locked',
    ])
  })

  test('untag by a window: the tags of all images stand in one line', () => {
    const rules = [{ action: 'untag', condition: beyond(2, 'semver') }] as const
    const sketches: Sketches = { A: { tags: ['1.0.0', '3.0.0'] }, B: { tags: ['2.0.0', '1.5.0', 'latest'] } }
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual(['untag A:1.0.0 (1)', 'untag B:1.5.0 (1)'])
  })

  test('rest: keep keeps what is selected and not hit from later rules; next does not', () => {
    const sketches: Sketches = { A: { tags: ['dev'], age: 5 }, B: { tags: ['x'], age: 5 } }
    const rules = (rest: 'keep' | 'next') => [
      { selection: tagged('dev'), condition: olderThan(7), rest },
      { condition: olderThan(3) },
    ]
    expect(planOf('image', rules('keep'), sketches).actions).toEqual(['expire B (2)'])
    expect(planOf('image', rules('next'), sketches).actions.toSorted()).toEqual(['expire A (2)', 'expire B (2)'])
  })

  test('each of a hundred rules has its say', () => {
    const sketches = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}`, { tags: [`tag-${n}`] }]))
    const rules = Object.keys(sketches).map((name) => ({ selection: tagged(`tag-${name}`) }))
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual(
      Array.from({ length: 100 }, (_, n) => `expire ${n} (${n + 1})`).toSorted(),
    )
  })

  test('nothing at all: no images, no rules', () => {
    expect(planOf('image', [{}], {})).toEqual({ actions: [], refused: [] })
    expect(planOf('manifest', [], { A: {} })).toEqual({ actions: [], refused: [] })
  })
})

test('by manifest, a referrer that an index holds stays and is refused, while its subject goes', () => {
  const sketches: Sketches = {
    app: { tags: ['v1'], age: 100 },
    signature: { age: 100, subject: 'app' },
    list: { tags: ['list'], children: ['signature'] },
  }
  expect(planOf('manifest', [{ condition: olderThan(7) }], sketches)).toEqual({
    actions: ['expire app (1)'],
    refused: ['signature (1) held by list'],
  })
})

test('by manifest, an archived index lets its children into the archive, and an expired one lets them go', () => {
  const sketches: Sketches = {
    index: { tags: ['v1'], age: 1, storageClass: 'archive', children: ['child'] },
    child: { age: 100 },
  }
  expect(planOf('manifest', [{ action: 'archive', condition: olderThan(7) }], sketches).actions).toEqual([
    'archive child (1)',
  ])
  expect(planOf('manifest', [{ condition: olderThan(7) }], sketches).refused).toEqual(['child (1) held by index'])
  expect(planOf('manifest', [{}], sketches).actions).toEqual(['expire index (1)', 'expire child (1)'])
})
