import fc from 'fast-check'
import { type Digest, parseDigest } from '../../src/core/digest.ts'
import { matchesGlob } from '../../src/core/glob.ts'
import { someTag } from '../../src/core/lifecycle/image-tags-matcher.ts'
import type { LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type {
  Clock,
  Condition,
  LifecyclePolicy,
  LifecycleRule,
  Order,
} from '../../src/core/lifecycle/lifecycle-policy.ts'
import { parseTag } from '../../src/core/tag.ts'

/** Instants are this many milliseconds and fewer, so that many are the same. */
export const NOW_MS = 12

const CLOCKS: readonly Clock[] = ['pushed', 'pulled', 'archived', 'untagged', 'tagged']
const ORDERS: readonly Order[] = ['pushed', 'pulled', 'untagged', 'tagged', 'semver']
const TAGS = ['1.0.0', 'v1.0.0', 'v1.2.0', '1.10.0-rc.1', 'dev-1', 'dev-2', 'prod-1', 'prod-2', 'latest', 'keep']
const SUFFIXES = ['', '.sig', '.att', '.sbom', '.txt']
const PATTERNS = ['*', 'dev*', 'prod*', '*-1', 'v*', 'sha256-*']

/** Digests in another order than their numbers, some of sha512. */
export function numberedDigest(number: number): Digest {
  const mixed = (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return parseDigest(number % 7 === 6 ? `sha512:${mixed.repeat(16)}` : `sha256:${mixed.repeat(8)}`)
}

const instant = fc.integer({ min: 0, max: NOW_MS })
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const rarely = fc.integer({ min: 0, max: 13 }).map((number) => number === 0)

/** Most are plain images of a size that has all kinds of neighbours. @param areHonest whether edges only lead back */
export function randomRepository(areHonest: boolean): fc.Arbitrary<LifecycleImage[]> {
  return fc.integer({ min: 0, max: 9 }).chain((size) =>
    fc
      .record({
        images: fc.tuple(...Array.from({ length: size }, (_, number) => randomImage(number, size, areHonest))),
        tags: fc.array(fc.record({ name: randomTag(size), on: fc.nat(), setAtMs: instant, isLocked: rarely }), {
          maxLength: 8,
        }),
      })
      .map(({ images, tags }) => withTags(images, tags)),
  )
}

function randomTag(size: number): fc.Arbitrary<string> {
  const accessory = fc.record({ of: fc.nat(), suffix: fc.constantFrom(...SUFFIXES) })
  const named = accessory.map(({ of, suffix }) => {
    const digest = numberedDigest(of % (size + 1))
    return `${digest.slice(0, 'sha256:'.length + 64).replace(':', '-')}${suffix}`
  })
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TAGS) }, { weight: 2, arbitrary: named })
}

type Untagged = Omit<LifecycleImage, 'tags'>

function randomImage(number: number, size: number, isHonest: boolean): fc.Arbitrary<Untagged> {
  const others = isHonest ? number : size + 1
  const other = fc.integer({ min: 0, max: Math.max(0, others - 1) }).map(numberedDigest)
  return fc.record({
    digest: fc.constant(numberedDigest(number)),
    mediaType: fc.constantFrom('index', 'image'),
    artifactType: fc.constant(undefined),
    pushedAtMs: instant,
    lastPulledAtMs: maybe(instant),
    untaggedAtMs: maybe(instant),
    storageClass: fc.constantFrom('standard', 'standard', 'archive'),
    archivedAtMs: maybe(instant),
    restoredAtMs: maybe(instant),
    children: others === 0 ? fc.constant([]) : fc.oneof(fc.constant([]), fc.array(other, { maxLength: 4 })),
    subject: others === 0 ? fc.constant(undefined) : fc.option(other, { nil: undefined, freq: 2 }),
    isLocked: rarely,
  })
}

interface Placed {
  readonly name: string
  readonly on: number
  readonly setAtMs: number
  readonly isLocked: boolean
}

/** A tag is on one image at a time. */
function withTags(images: readonly Untagged[], tags: readonly Placed[]): LifecycleImage[] {
  const names = new Map(tags.map((tag) => [tag.name, tag]))
  return images.map((image, place) => ({
    ...image,
    tags: [...names.values()]
      .filter(({ on }) => on % images.length === place)
      .map(({ name, setAtMs, isLocked }) => ({ tag: parseTag(name), setAtMs, isLocked })),
  }))
}

/** As data, so that a counterexample can be read. */
export interface RuleSketch {
  readonly storageClass: LifecycleRule['selection']['storageClass']
  readonly isTagged: boolean | undefined
  readonly tags: string | undefined
  readonly tag: string | undefined
  readonly mediaType: string | undefined
  readonly condition: Condition | undefined
  readonly action: LifecycleRule['action']
  readonly rest: LifecycleRule['rest']
}

export interface PolicySketch {
  readonly unit: LifecyclePolicy['unit']
  readonly rules: readonly RuleSketch[]
}

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    type: fc.constantFrom('older-than', 'newer-than'),
    ageMs: fc.integer({ min: 0, max: NOW_MS }),
    since: fc.constantFrom(...CLOCKS),
  }),
  fc.record({
    type: fc.constantFrom('beyond', 'within'),
    count: fc.integer({ min: 0, max: 4 }),
    order: fc.constantFrom(...ORDERS),
  }),
)

const seldom = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

export const policySketch: fc.Arbitrary<PolicySketch> = fc.record({
  unit: fc.constantFrom('manifest', 'image'),
  rules: fc.array(
    fc.record({
      storageClass: seldom(fc.constantFrom('standard', 'archive')),
      isTagged: seldom(fc.boolean()),
      tags: seldom(fc.constantFrom(...PATTERNS)),
      tag: seldom(fc.constantFrom(...PATTERNS)),
      mediaType: fc.option(fc.constantFrom('index', 'image'), { nil: undefined, freq: 2 }),
      condition: fc.option(condition, { nil: undefined, freq: 5 }),
      action: fc.constantFrom('expire', 'expire', 'archive', 'archive', 'untag', 'untag', 'keep'),
      rest: fc.constantFrom('next', 'keep'),
    }),
    { maxLength: 4 },
  ),
})

export function policyOf({ unit, rules }: PolicySketch): LifecyclePolicy {
  return {
    unit,
    rules: rules.map(({ storageClass, isTagged, tags, tag, mediaType, condition, action, rest }, place) => ({
      priority: 10 * place + 1,
      name: `rule ${place}`,
      description: undefined,
      selection: {
        storageClass,
        isTagged,
        tags: tags === undefined ? undefined : someTag((one) => matchesGlob(tags, one)),
        tag: tag === undefined ? undefined : (one) => matchesGlob(tag, one),
        image: mediaType === undefined ? undefined : (image) => image.mediaType === mediaType,
      },
      condition,
      action,
      rest,
    })),
  }
}
