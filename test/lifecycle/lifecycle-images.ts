import { digestOf } from '../../src/core/content-digest.ts'
import type { Digest } from '../../src/core/digest.ts'
import type { LifecycleImage } from '../../src/core/lifecycle/lifecycle-image.ts'
import type { LifecyclePlan } from '../../src/core/lifecycle/lifecycle-plan.ts'
import type { LifecycleRule, Selection } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { parseTag } from '../../src/core/tag.ts'

export const DAY_MS = 86_400_000
export const NOW_MS = Date.parse('2026-11-27T12:00:00Z')
export const daysAgo = (days: number) => NOW_MS - days * DAY_MS

/** An image of a test is called by a letter or a word. */
export function digestOfName(name: string): Digest {
  return digestOf(new TextEncoder().encode(name))
}

export interface ImageSketch extends Partial<Omit<LifecycleImage, 'digest' | 'tags' | 'children' | 'subject'>> {
  readonly tags?: readonly string[]
  /** Pushed so many days ago, its tags set with it; 1 when not said. */
  readonly age?: number
  readonly tagAge?: number
  readonly children?: readonly string[]
  readonly subject?: string
  readonly lockedTags?: readonly string[]
}

export function imageNamed(name: string, sketch: ImageSketch = {}): LifecycleImage {
  const { tags = [], age = 1, tagAge = age, children = [], subject, lockedTags = [], ...rest } = sketch
  return {
    digest: digestOfName(name),
    tags: tags.map((tag) => ({ tag: parseTag(tag), setAtMs: daysAgo(tagAge), isLocked: lockedTags.includes(tag) })),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: undefined,
    pushedAtMs: daysAgo(age),
    lastPulledAtMs: undefined,
    untaggedAtMs: undefined,
    storageClass: 'standard',
    archivedAtMs: undefined,
    restoredAtMs: undefined,
    children: children.map(digestOfName),
    subject: subject === undefined ? undefined : digestOfName(subject),
    ...rest,
  }
}

/** Images by their names, as tests ask about them. */
export function repositoryOf(sketches: Readonly<Record<string, ImageSketch>>) {
  const names = new Map(Object.keys(sketches).map((name) => [digestOfName(name), name]))
  const nameOf = (digest: Digest) => names.get(digest) ?? digest
  return {
    images: Object.entries(sketches).map(([name, sketch]) => imageNamed(name, sketch)),
    nameOf,
    /** `expire A (1)`: what, and by which rule; `archive B (1) child of A`; `untag A:v1 (2)`. */
    actionsOf: ({ actions }: LifecyclePlan) =>
      actions.map((action) => {
        const tag = action.action === 'untag' ? `:${action.tag}` : ''
        const because = action.because === undefined ? '' : ` ${action.because.as} of ${nameOf(action.because.of)}`
        return `${action.action} ${nameOf(action.digest)}${tag} (${action.rule})${because}`
      }),
    /** `A (1) held by B C`. */
    refusedOf: ({ refused }: LifecyclePlan) =>
      refused.map(({ digest, tag, rule, why }) => {
        const by = why.code === 'held' ? why.by : [why.by]
        const what = tag === undefined ? nameOf(digest) : `${nameOf(digest)}:${tag}`
        return `${what} (${rule}) ${why.code} by ${by.map(nameOf).sort().join(' ')}`
      }),
  }
}

const ANYTHING: Selection = {
  storageClass: undefined,
  isTagged: undefined,
  tags: undefined,
  tag: undefined,
  image: undefined,
}

export type RuleSketch = Partial<Omit<LifecycleRule, 'selection'>> & { readonly selection?: Partial<Selection> }

/** Expires whatever it selects, and selects everything, but for what is said. */
export function rulesOf(...sketches: readonly RuleSketch[]): LifecycleRule[] {
  return sketches.map(({ selection, ...rest }, place) => ({
    priority: place + 1,
    name: `rule ${place + 1}`,
    description: undefined,
    condition: undefined,
    action: 'expire',
    rest: 'next',
    ...rest,
    selection: { ...ANYTHING, ...selection },
  }))
}
