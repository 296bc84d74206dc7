import { describe, expect, test } from 'bun:test'
import {
  DAY_MS,
  daysAgo,
  digestOfName,
  type ImageSketch,
  imageNamed,
  NOW_MS,
  type RuleSketch,
  repositoryOf,
  rulesOf,
} from '../../../test/lifecycle/lifecycle-images.ts'
import { matchesGlob } from '../glob.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

type Sketches = Readonly<Record<string, ImageSketch>>

function planOf(unit: LifecyclePolicy['unit'], rules: readonly RuleSketch[], sketches: Sketches) {
  const repository = repositoryOf(sketches)
  const plan = planLifecycle({ unit, rules: rulesOf(...rules) }, repository.images, NOW_MS)
  return { actions: repository.actionsOf(plan), refused: repository.refusedOf(plan) }
}

const untagged = { isTagged: false }
const tagged = (...patterns: string[]) => ({
  tags: (tags: readonly { readonly tag: string }[]) =>
    tags.some(({ tag }) => patterns.some((pattern) => matchesGlob(pattern, tag))),
})
const olderThan = (days: number, since: 'pushed' | 'pulled' | 'untagged' | 'tagged' | 'archived' = 'pushed') =>
  ({ type: 'older-than', ageMs: days * DAY_MS, since }) as const
const beyond = (count: number, order: 'pushed' | 'pulled' | 'untagged' | 'tagged' | 'semver' = 'pushed') =>
  ({ type: 'beyond', count, order }) as const

const MULTI: Sketches = {
  index: { tags: ['v1'], age: 100, children: ['amd64', 'nested'] },
  nested: { age: 100, children: ['arm64'] },
  amd64: { age: 100 },
  arm64: { age: 100 },
}
const signatureTag = (name: string, suffix = '.sig') => `${digestOfName(name).replace(':', '-')}${suffix}`

/** Each named after the issue of those who suffered it (field-lessons, B, C and F). */
describe('what other registries did to their users', () => {
  const expireUntagged = [{ selection: untagged, condition: olderThan(7) }]

  test.each([
    'distribution#3178: garbage collection of untagged manifests takes the platforms of an image',
    'harbor#11273: an untagged rule takes the children of a tagged index',
    'acr-cli#131: a purge of untagged manifests broke every image of several platforms',
    'ghcr-cleanup-action#104, container-retention-policy#97, delete-package-versions#90: pulls break weeks later',
  ])('%s', () => {
    expect(planOf('image', expireUntagged, MULTI)).toEqual({ actions: [], refused: [] })
    expect(planOf('manifest', expireUntagged, MULTI)).toEqual({
      actions: [],
      refused: ['amd64 (1) held by index', 'nested (1) held by index', 'arm64 (1) held by nested'].toSorted((a, b) =>
        digestOfName(a.split(' ')[0] ?? '') < digestOfName(b.split(' ')[0] ?? '') ? -1 : 1,
      ),
    })
  })

  test('zot#2624: a nested index loses its tag, and stays while another index holds it', () => {
    const sketches = {
      old: { tags: ['old'], age: 100, children: ['nested'] },
      current: { tags: ['current'], children: ['nested'] },
      nested: { age: 100, children: ['amd64'] },
      amd64: { age: 100 },
    }
    const rules = [{ selection: tagged('old') }]
    expect(planOf('image', rules, sketches)).toEqual({ actions: ['expire old (1)'], refused: [] })
    expect(planOf('image', [...rules, { selection: untagged }], sketches).actions).toEqual(['expire old (1)'])
    expect(planOf('manifest', [...rules, { selection: untagged }], sketches)).toEqual({
      actions: ['expire old (1)'],
      refused: ['amd64 (2) held by nested', 'nested (2) held by current'].toSorted((a, b) =>
        digestOfName(a.split(' ')[0] ?? '') < digestOfName(b.split(' ')[0] ?? '') ? -1 : 1,
      ),
    })
  })

  test.each(['image', 'manifest'] as const)(
    'acr-cli#133: a purge eats the referrers of what stays, in unit %s',
    (unit) => {
      const sketches: Sketches = {
        app: { tags: ['v1'] },
        sbom: { age: 100, subject: 'app' },
        signature: { age: 100, subject: 'sbom' },
      }
      expect(planOf(unit, expireUntagged, sketches)).toEqual({ actions: [], refused: [] })
    },
  )

  test.each(['image', 'manifest'] as const)(
    'harbor#18014, #19041: accessories go with what they belong to, in unit %s',
    (unit) => {
      const sketches: Sketches = {
        app: { tags: ['v1'], age: 100 },
        sbom: { subject: 'app' },
        signature: { subject: 'sbom' },
      }
      expect(planOf(unit, [{ condition: olderThan(7) }], sketches).actions).toEqual([
        'expire app (1)',
        'expire sbom (1) referrer of app',
        'expire signature (1) referrer of app',
      ])
    },
  )

  test('aws roadmap#2613: signatures and children do not take places in "keep 1"', () => {
    const sketches: Sketches = {
      release: { tags: ['v2'], age: 5, children: ['amd64'] },
      amd64: { age: 4 },
      signature: { age: 3, subject: 'release' },
      previous: { tags: ['v1'], age: 50 },
    }
    expect(planOf('image', [{ condition: beyond(1) }], sketches).actions).toEqual(['expire previous (1)'])
  })

  test('aws roadmap#2613: a referrer that arrives while its subject expires goes with it, or is in no plan', () => {
    const sketches: Sketches = { app: { tags: ['v1'], age: 100 }, late: { age: 0, subject: 'app' } }
    expect(planOf('manifest', [{ condition: olderThan(7) }], sketches).actions).toEqual([
      'expire app (1)',
      'expire late (1) referrer of app',
    ])
    const { late } = sketches
    expect(planOf('manifest', [{ condition: olderThan(7) }], { late: late ?? {} }).actions).toEqual([])
  })

  test('PROJQUAY-11682: tags of signatures count as images of their own', () => {
    const sketches: Sketches = {
      v2: { tags: ['v2'], age: 2 },
      v1: { tags: ['v1'], age: 3 },
      'v1 signed': { tags: [signatureTag('v1')], age: 1 },
      'v2 signed': { tags: [signatureTag('v2')], age: 1 },
      'v2 listed': { tags: [signatureTag('v2', ''), signatureTag('v2', '.sbom')], age: 1 },
    }
    expect(planOf('image', [{ condition: beyond(1) }], sketches).actions).toEqual([
      'expire v1 (1)',
      'expire v1 signed (1) referrer of v1',
    ])
  })

  test('acr#520: an image that was in use until yesterday is as old as the loss of its tag', () => {
    const rules = [{ selection: untagged, condition: olderThan(7, 'untagged') }]
    const sketches: Sketches = {
      'untagged since yesterday': { age: 400, untaggedAtMs: daysAgo(1) },
      'untagged for long': { age: 400, untaggedAtMs: daysAgo(8) },
      'never tagged': { age: 8 },
      'tagged again': { age: 400, tags: ['latest'], untaggedAtMs: undefined },
    }
    expect(planOf('image', rules, sketches).actions.toSorted()).toEqual([
      'expire never tagged (1)',
      'expire untagged for long (1)',
    ])
  })

  test.each(['image', 'manifest'] as const)(
    'harbor#20989, #22543: a lock comes before any rule, and the plan says so, in unit %s',
    (unit) => {
      const sketches: Sketches = {
        image: { tags: ['v1'], age: 100, isLocked: true },
        tag: { tags: ['v2', 'prod'], lockedTags: ['prod'], age: 100 },
        signed: { tags: ['v3'], age: 100 },
        signature: { age: 100, subject: 'signed', isLocked: true },
        free: { tags: ['v4'], age: 100 },
      }
      const { actions, refused } = planOf(unit, [{ condition: olderThan(7) }], sketches)
      expect(actions).toEqual(['expire free (1)'])
      expect(refused.toSorted()).toEqual([
        'image (1) locked by image',
        'signed (1) locked by signature',
        'tag (1) locked by tag',
      ])
    },
  )

  test('aws roadmap#637: a lock on a child refuses each index that would take it along, and no other', () => {
    const sketches: Sketches = {
      A: { tags: ['a'], age: 100, children: ['shared', 'own'] },
      B: { tags: ['b'], age: 100, children: ['shared'] },
      C: { tags: ['c'], age: 100, children: ['kept too'] },
      D: { tags: ['d'], children: ['kept too'] },
      shared: { isLocked: true },
      own: {},
      'kept too': { isLocked: true },
    }
    const { actions, refused } = planOf('image', [{ condition: olderThan(7) }], sketches)
    expect(actions).toEqual(['expire C (1)'])
    expect(refused.toSorted()).toEqual(['A (1) locked by shared', 'B (1) locked by shared'])
  })

  test('aws roadmap#1128: a keep rule keeps, whatever comes after it', () => {
    const sketches: Sketches = { A: { tags: ['keep-1'], age: 100 }, B: { tags: ['v1'], age: 100 } }
    const rules = [{ action: 'keep', selection: tagged('keep*') }, { condition: olderThan(7) }] as const
    expect(planOf('image', rules, sketches).actions).toEqual(['expire B (2)'])
  })

  test('harbor#8717: a tag comes off by itself, and the image keeps its others', () => {
    const sketches: Sketches = { A: { tags: ['pr-1', 'v1'], age: 100 } }
    const rules = [{ action: 'untag', selection: { tag: (tag: string) => tag.startsWith('pr-') } }] as const
    expect(planOf('image', rules, sketches).actions).toEqual(['untag A:pr-1 (1)'])
  })

  test('zot#4318: an index of indexes of indexes, each holding all of the next level, is walked once', () => {
    const levels = 40
    const width = 20
    const names = (level: number) => Array.from({ length: width }, (_, n) => `${level}/${n}`)
    const sketches: Record<string, ImageSketch> = { bomb: { tags: ['bomb'], age: 100, children: names(0) } }
    for (let level = 0; level < levels; level++) {
      for (const name of names(level)) sketches[name] = level + 1 < levels ? { children: names(level + 1) } : {}
    }
    const rules = [{ condition: olderThan(7, 'pulled') }]
    expect(planOf('image', rules, sketches).actions).toHaveLength(levels * width + 1)
    expect(planOf('manifest', rules, sketches).actions).toEqual(['expire bomb (1)'])
  })

  test('no stack is deep enough for a chain of 20,000 referrers or indexes; the planner needs none', () => {
    const length = 20_000
    const chain = (link: (before: string) => ImageSketch) =>
      Array.from({ length }, (_, n) => imageNamed(`${n}`, { age: 9, ...(n > 0 && link(`${n - 1}`)) }))
    const last = { ...imageNamed('last', { age: 9, children: [`${length - 1}`] }), lastPulledAtMs: daysAgo(8) }
    const policy = { unit: 'image', rules: rulesOf({ condition: olderThan(7, 'pulled') }) } as const
    const referring = chain((before) => ({ subject: before }))
    const holding = chain((before) => ({ children: [before] }))
    expect(planLifecycle(policy, referring, NOW_MS).actions).toHaveLength(length)
    expect(planLifecycle(policy, [...holding, last], NOW_MS).actions).toHaveLength(length + 1)
    expect(planLifecycle({ ...policy, unit: 'manifest' }, [...holding, last], NOW_MS).actions).toHaveLength(length + 1)
  })
})

describe('units of images', () => {
  test('an index goes with all that only it reaches, each once, the index first', () => {
    expect(planOf('image', [{ condition: olderThan(7) }], MULTI).actions).toEqual(
      [
        'expire index (1)',
        ...['amd64', 'nested']
          .toSorted((a, b) => (digestOfName(a) < digestOfName(b) ? -1 : 1))
          .map((name) => `expire ${name} (1) child of index`),
        'expire arm64 (1) child of index',
      ].toSorted((a, b) => ORDER.indexOf(a.split(' ')[1] ?? '') - ORDER.indexOf(b.split(' ')[1] ?? '')),
    )
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

const ORDER = [
  'index',
  ...['amd64', 'nested'].toSorted((a, b) => (digestOfName(a) < digestOfName(b) ? -1 : 1)),
  'arm64',
]

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
