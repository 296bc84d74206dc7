import { digestFromHex } from '../src/core/digest.ts'
import { compileEcrPolicy } from '../src/core/lifecycle/ecr/compile-ecr-policy.ts'
import type { EcrLifecycleRule } from '../src/core/lifecycle/ecr/ecr-policy.ts'
import { parseEcrPolicy } from '../src/core/lifecycle/ecr/parse-ecr-policy.ts'
import type { LifecycleImage } from '../src/core/lifecycle/lifecycle-image.ts'
import type { LifecyclePolicy } from '../src/core/lifecycle/lifecycle-policy.ts'
import { planLifecycle } from '../src/core/lifecycle/plan-lifecycle.ts'
import { parseTag } from '../src/core/tag.ts'
import { countMoreThan, ecrRule, FOUNDING_POLICY, pushedBefore, taggedBy } from '../test/lifecycle/ecr-documents.ts'
import { median } from './statistics.ts'

const ROUNDS = 5
const IMAGES = 1_000_000
const NOW_MS = Date.parse('2026-11-27T12:00:00Z')
const SPAN_MS = 90 * 86_400_000
const BRANCHES = ['dev', 'test', 'prod', 'release', 'main', 'pr']

export interface LifecyclePlanning {
  readonly name: string
  readonly imagesPerSecond: number
}

/** The planner on one core; the repository is made before the clock starts. */
export function* lifecyclePlannings(): Generator<LifecyclePlanning> {
  const plain = plainImages()
  const founding = compileEcrPolicy(parseEcrPolicy(FOUNDING_POLICY))
  const five = compileEcrPolicy({ rules: fiveTagRules() })
  yield planning('the founding policy', founding, plain)
  yield planning('five tag rules', five, plain)
  yield planning('the founding policy by image', inImages(founding), plain)
  const grouped = multiPlatform()
  yield planning('the founding policy, indexes with children and signatures', founding, grouped)
  yield planning('five tag rules by image, indexes with children and signatures', inImages(five), grouped)
}

/** One in three without tags. */
function plainImages(): LifecycleImage[] {
  return Array.from({ length: IMAGES }, (_, number) => imageOf(number, number % 3 === 0 ? [] : tagsOf(number)))
}

function fiveTagRules(): EcrLifecycleRule[] {
  return [
    ecrRule(1, { ...taggedBy('tagPrefixList', ['prod']), ...countMoreThan(100) }),
    ecrRule(2, { tagStatus: 'tagged', tagPatternList: ['*release*'], ...countMoreThan(50_000) }),
    ecrRule(3, { ...taggedBy('tagPrefixList', ['dev']), ...pushedBefore(14) }),
    ecrRule(4, { ...taggedBy('tagPrefixList', ['pr-']), ...pushedBefore(3) }),
    ecrRule(5, { tagStatus: 'tagged', tagPatternList: ['test*', '*-1'], ...countMoreThan(10) }),
  ]
}

function inImages(policy: LifecyclePolicy): LifecyclePolicy {
  return { ...policy, unit: 'image' }
}

/** Of five manifests one is a tagged index, three are its children, one the signature on it. */
function multiPlatform(): LifecycleImage[] {
  return Array.from({ length: IMAGES }, (_, number) => {
    const index = number - (number % 5)
    if (number === index)
      return { ...imageOf(number, tagsOf(number)), children: [1, 2, 3].map((n) => digestOf(index + n)) }
    if (number === index + 4) return { ...imageOf(number, []), subject: digestOf(index) }
    return imageOf(number, [])
  })
}

function imageOf(number: number, tags: readonly string[]): LifecycleImage {
  const pushedAtMs = NOW_MS - Math.floor((1 - number / IMAGES) * SPAN_MS)
  return {
    digest: digestOf(number),
    tags: tags.map((tag) => ({ tag: parseTag(tag), setAtMs: pushedAtMs })),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: undefined,
    pushedAtMs,
    lastPulledAtMs: undefined,
    untaggedAtMs: undefined,
    storageClass: 'standard',
    archivedAtMs: undefined,
    restoredAtMs: undefined,
    children: [],
    subject: undefined,
  }
}

function tagsOf(number: number): string[] {
  const name = `${BRANCHES[number % BRANCHES.length]}-${number}`
  return number % 4 === 0 ? [name, `build-${number}`] : [name]
}

/** As unlike each other as digests are. */
function digestOf(number: number) {
  let hex = ''
  for (let word = 1; word <= 8; word++) {
    const mixed = Math.imul(Math.imul(number + word, 0x9e3779b1) ^ (number >>> 7), 0x85ebca6b + 2 * word)
    hex += (mixed >>> 0).toString(16).padStart(8, '0')
  }
  return digestFromHex('sha256', hex)
}

function planning(name: string, policy: LifecyclePolicy, images: readonly LifecycleImage[]): LifecyclePlanning {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    Bun.gc(true)
    const begun = Bun.nanoseconds()
    const { actions } = planLifecycle(policy, images, NOW_MS)
    rounds.push((images.length / (Bun.nanoseconds() - begun)) * 1e9)
    // A benchmark of a plan that does nothing would say nothing.
    if (actions.length < images.length / 100) throw new Error(`${name}: expected a plan with actions`)
  }
  return { name, imagesPerSecond: median(rounds) }
}
