import type { Clock, LifecycleRule, Order } from '../../core/lifecycle/lifecycle-policy.ts'
import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { planLifecycle } from '../../core/lifecycle/plan-lifecycle.ts'
import { CliProblem } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import type { Progress } from '../progress.ts'
import type { EcrReader } from './ecr-reader.ts'
import { type EcrImage, isIndex, readImages } from './read-images.ts'
import { readManifests } from './read-manifests.ts'

/** A repository as the planner wants it, at one instant. */
export interface EcrSnapshot {
  readonly images: readonly EcrImage[]
  readonly nowMs: number
  /** What could not be seen, as whole sentences. */
  readonly notes: readonly string[]
}

export interface SnapshotRequest {
  readonly repository: string
  readonly policies: readonly ParsedLifecyclePolicy[]
  /** Whether manifests are read; undefined: where they are needed, and nothing is counted by pulls. */
  readonly manifests: boolean | undefined
}

/**
 * Reads what these policies have to be judged by: of indexes the manifests, for what they hold, and of all images where
 * annotations are asked for.
 *
 * Reading a manifest counts as a pull of it (aws/containers-roadmap#2390), so it is left out where nothing depends on it.
 *
 * @throws {CliProblem} also when a policy asks what ECR does not tell
 */
export async function readRepository(
  reader: EcrReader,
  { repository, policies, manifests }: SnapshotRequest,
  progress: Progress,
): Promise<EcrSnapshot> {
  for (const policy of policies) refuseUnknowable(policy)
  const mayRead = manifests ?? !policies.some(countsPulls)
  if (!mayRead) for (const policy of policies) refuseWithoutManifests(policy, manifests)
  const nowMs = Date.now()
  const images = await readImages(reader, repository, (done) => progress.show({ what: 'reading images', done }))
  const wanted = wantedManifests(policies, [...images.values()], nowMs)
  // What is archived is not given out.
  const asked = mayRead ? wanted.filter(({ storageClass }) => storageClass === 'standard') : []
  const digests = asked.map(({ digest }) => digest)
  const facts = await readManifests(reader, { repository, digests }, (done) =>
    progress.show({ what: 'reading manifests', done, total: digests.length }),
  )
  for (const [digest, known] of facts) {
    const image = images.get(digest)
    if (image !== undefined) images.set(digest, { ...image, ...known })
  }
  return {
    images: [...images.values()],
    nowMs,
    notes: notesOn({ read: facts.size, unread: wanted.length - facts.size }),
  }
}

/** What an index holds matters where manifests are units with it, or something would go that it may hold. */
function wantedManifests(
  policies: readonly ParsedLifecyclePolicy[],
  images: readonly EcrImage[],
  nowMs: number,
): readonly EcrImage[] {
  if (policies.some(({ asksAnnotations }) => asksAnnotations)) return images
  const takesAny = ({ compiled }: ParsedLifecyclePolicy) =>
    compiled.unit === 'image' || planLifecycle(compiled, images, nowMs).actions.length > 0
  return policies.some(takesAny) ? images.filter(isIndex) : []
}

/** ECR says when an image was pushed, pulled and archived, and nothing of its tags' times. */
function refuseUnknowable({ compiled }: ParsedLifecyclePolicy): void {
  for (const rule of compiled.rules) {
    const clock = clockOf(rule)
    if (clock !== 'tagged' && clock !== 'untagged') continue
    const sentence = `${rule.name} counts by ${clock}, and Amazon ECR does not say when a tag was set or taken off.`
    throw new CliProblem(`${displayable(sentence)} There it can count by pushed or pulled.`)
  }
}

function refuseWithoutManifests(
  { compiled, asksAnnotations }: ParsedLifecyclePolicy,
  given: boolean | undefined,
): void {
  if (!asksAnnotations && compiled.unit === 'manifest') return
  const needs = asksAnnotations ? 'asks for annotations' : 'counts indexes with what they hold'
  const why =
    given === false
      ? ''
      : ', and reading them at ECR is a pull, which it counts by: --manifests reads them all the same'
  throw new CliProblem(`The policy ${needs}, which only manifests say${why}.`)
}

function countsPulls({ compiled }: ParsedLifecyclePolicy): boolean {
  return compiled.rules.some((rule) => clockOf(rule) === 'pulled')
}

function clockOf({ condition }: LifecycleRule): Clock | Order | undefined {
  if (condition === undefined) return undefined
  return 'since' in condition ? condition.since : condition.order
}

function notesOn({ read, unread }: { readonly read: number; readonly unread: number }): string[] {
  const notes: string[] = []
  if (read > 0) notes.push(`Manifests read: ${read}. ECR counts that as pulling them; --no-manifests leaves it out.`)
  if (unread > 0) notes.push(`Manifests not read: ${unread}. What they hold, and their annotations, are not known.`)
  return notes
}
