import fc from 'fast-check'
import { digestFromHex } from '../../src/core/digest.ts'
import type { LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import { parseTag } from '../../src/core/tag.ts'

export const HOUR_MS = 3_600_000
export const NOW_MS = 1000 * HOUR_MS

/** In whole days or a few hours before now, so that times are often the same. */
const anyTimeMs = fc
  .oneof(
    fc.nat(5),
    fc.nat(5).map((days) => 24 * days),
  )
  .map((hours) => NOW_MS - hours * HOUR_MS)
const anyMaybeMs = fc.option(anyTimeMs, { nil: undefined })
const anyTagText = fc.oneof(
  fc.stringMatching(/^[ab1]{1,3}$/),
  fc.constantFrom('1.0.0', '1.1.0', '1.1.0-a', '2.0.0', 'v1.1.0', 'latest'),
)
const anyTags = fc
  .uniqueArray(anyTagText, { maxLength: 3 })
  .chain((texts) =>
    fc
      .array(anyTimeMs, { minLength: texts.length, maxLength: texts.length })
      .map((times) => texts.map((text, index) => ({ tag: parseTag(text), setAtMs: times[index] ?? NOW_MS }))),
  )

const anyImage: fc.Arbitrary<Omit<LifecycleImage, 'digest'>> = fc.record({
  tags: anyTags,
  mediaType: fc.constantFrom('text/plain', 'text/html', 'image/png'),
  artifactType: fc.constantFrom(undefined, 'text/plain', 'image/png'),
  annotations: fc.constantFrom(undefined, {}, { 'org.x': 'a' }, { 'org.x': 'ab', y: '' }),
  pushedAtMs: anyTimeMs,
  lastPulledAtMs: anyMaybeMs,
  untaggedAtMs: anyMaybeMs,
  storageClass: fc.constantFrom('standard', 'archive'),
  archivedAtMs: anyMaybeMs,
  restoredAtMs: anyMaybeMs,
  children: fc.constant([]),
  subject: fc.constant(undefined),
})

/** Images that stand alone: none is an index, none refers to another. */
export const anyImages: fc.Arbitrary<readonly LifecycleImage[]> = fc
  .array(anyImage, { maxLength: 10 })
  .map((images) =>
    images.map((image, index) => ({ ...image, digest: digestFromHex('sha256', `${index}`.padStart(64, '0')) })),
  )

const anyEdges = fc.array(fc.record({ from: fc.nat(9), to: fc.nat(9), isSubject: fc.boolean() }), { maxLength: 6 })

/** Images of which some are indexes that hold others, and some refer to others. */
export const anyFamilies: fc.Arbitrary<readonly LifecycleImage[]> = fc
  .tuple(anyImages, anyEdges)
  .map(([images, edges]) =>
    images.map((image, index) => {
      const reached = (isSubject: boolean) =>
        edges
          .filter((edge) => edge.from === index && edge.to > index && edge.isSubject === isSubject)
          .flatMap(({ to }) => images[to]?.digest ?? [])
      return { ...image, children: reached(false), subject: reached(true)[0] }
    }),
  )
