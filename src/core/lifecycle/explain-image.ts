import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import { compareTexts } from './compare-texts.ts'
import { explainInWords } from './explain-in-words.ts'
import type { ImageExplanation } from './image-explanation.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import type { JudgedSnapshot } from './plan-lifecycle.ts'
import { ImageItems } from './rule-items.ts'
import { type Sight, sightsOf } from './rule-sight.ts'

/** @returns undefined when there is no such manifest in the snapshot */
export function explainImage(
  policy: LifecyclePolicy,
  judged: JudgedSnapshot,
  digest: Digest,
): ImageExplanation | undefined {
  const { snapshot, outcome } = judged
  const index = snapshot.images.findIndex((image) => image.digest === digest)
  if (index === -1) return undefined
  const fate = outcome.fates.of(index)
  const taker = fate === 'stays' ? index : outcome.fates.takerOf(index)
  const facts = {
    digest,
    outcome: fate,
    takenBy: taker === index ? undefined : snapshot.at(taker).digest,
    keptBy: fate === 'stays' && !snapshot.isAsked(index) ? holdersOf(judged, index) : [],
    sight: sightOf(policy, judged, taker),
    refused: outcome.refused.find((refused) => refused.index === index)?.why,
    untags: untagsOf(judged, index),
    takesAlong: takenAlong(judged, index),
  }
  return { ...facts, sentence: explainInWords(facts) }
}

function sightOf({ rules }: LifecyclePolicy, { snapshot, decisions }: JudgedSnapshot, index: number) {
  if (!snapshot.isAsked(index)) return undefined
  const aboutImages = rules.filter(({ action }) => action !== 'untag')
  const items = new ImageItems(
    snapshot,
    aboutImages.map(({ selection }) => selection),
  )
  const sights = sightsOf(items, { rules: aboutImages, nowMs: snapshot.nowMs, item: index })
  const deciding = decisions.images.ruleOf(index)
  if (deciding !== undefined) return sights.find(({ rule }) => rule === deciding)
  const coming = sights.filter(({ when, isDone }) => when?.type === 'at' && !isDone)
  return coming.toSorted((a, b) => instantOf(a) - instantOf(b))[0] ?? sights[0]
}

function instantOf({ when }: Sight): number {
  return when?.type === 'at' ? when.atMs : Number.POSITIVE_INFINITY
}

function holdersOf({ snapshot }: JudgedSnapshot, index: number): Digest[] {
  const holders = new Set<Digest>()
  const note = (holder: number) => holders.add(snapshot.at(holder).digest)
  snapshot.graph.parents.forEach(index, note)
  snapshot.graph.subjects.forEach(index, note)
  return [...holders].sort(compareTexts)
}

function untagsOf({ decisions, snapshot, tags }: JudgedSnapshot, index: number): ImageExplanation['untags'] {
  const { digest } = snapshot.at(index)
  const coming = new Set(
    tags.actions.flatMap((one) => (one.action === 'untag' && one.digest === digest ? [one.tag] : [])),
  )
  const untags: { tag: Tag; rule: string }[] = []
  decisions.tagItems.forEach((item) => {
    const { tag } = decisions.tagItems.tagOf(item)
    const rule = decisions.tags.ruleOf(item)
    if (coming.has(tag) && rule !== undefined) untags.push({ tag, rule: rule.name })
  })
  return untags.sort((a, b) => compareTexts(a.tag, b.tag))
}

function takenAlong({ snapshot, outcome }: JudgedSnapshot, index: number): Digest[] {
  const taken: Digest[] = []
  for (let other = 0; other < snapshot.size; other++) {
    if (other === index || outcome.fates.stays(other) || outcome.fates.takerOf(other) !== index) continue
    if (outcome.fates.of(other) !== 'archived-before') taken.push(snapshot.at(other).digest)
  }
  return taken.sort(compareTexts)
}
