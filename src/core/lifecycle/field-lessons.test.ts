import { describe, expect, test } from 'bun:test'
import {
  daysAgo,
  digestOfName,
  type ImageSketch,
  imageNamed,
  NOW_MS,
  rulesOf,
} from '../../../test/lifecycle/lifecycle-images.ts'
import {
  beyond,
  MULTI,
  olderThan,
  planOf,
  type Sketches,
  signatureTag,
  tagged,
  untagged,
} from '../../../test/lifecycle/plan-names.ts'
import { planLifecycle } from './plan-lifecycle.ts'

/** Each named after the issue of those who suffered it (docs/field-lessons.md). */

/** Refusals as a plan lists them: by the digest of what they are about. */
const byImage = (refusals: readonly string[]) =>
  refusals.toSorted((a, b) => (digestOfName(a.split(' ')[0] ?? '') < digestOfName(b.split(' ')[0] ?? '') ? -1 : 1))

describe('what other registries did to their users', () => {
  const expireUntagged = [{ selection: untagged, condition: olderThan(7) }]

  test.each([
    'distribution#3178: garbage collection of untagged manifests takes the platforms of an image',
    'harbor#11273: an untagged rule takes the children of a tagged index',
    'acr-cli#131, acr#666, acr-cli#342: a purge of untagged manifests broke every image of several platforms',
    'container-retention-policy#97, #43, delete-package-versions#90, ghcr-cleanup-action#104, #114, kubernoodles#664, db-backup#575: pulls break weeks later',
  ])('%s', () => {
    expect(planOf('image', expireUntagged, MULTI)).toEqual({ actions: [], refused: [] })
    expect(planOf('manifest', expireUntagged, MULTI)).toEqual({
      actions: [],
      refused: byImage(['amd64 (1) held by index', 'nested (1) held by index', 'arm64 (1) held by nested']),
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
      refused: byImage(['amd64 (2) held by nested', 'nested (2) held by current']),
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
    'harbor#18014, #19041, #16418, #20184, #17202, #22419: accessories go with what they belong to, in unit %s',
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
      expect(planOf(unit, [{ selection: untagged }], { ...sketches, app: { age: 100 } }).actions).toHaveLength(3)
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
