import type { Digest } from '../../core/digest.ts'
import { diffPlans, type PlanDifference } from '../../core/lifecycle/diff-plans.ts'
import { explainImage } from '../../core/lifecycle/explain-image.ts'
import type { ImageExplanation } from '../../core/lifecycle/image-explanation.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import { type ParsedLifecyclePolicy, parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { judgeSteps, planSteps } from '../../core/lifecycle/plan-lifecycle.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { inTurns } from '../next-turn.ts'
import { effectivePolicy } from './effective-policy.ts'
import { lifecyclePolicyUnknown } from './lifecycle-policies.ts'
import { matchAhead } from './match-ahead.ts'
import { readSnapshot } from './read-snapshot.ts'
import { SNAPSHOT_TURNS } from './snapshot-turns.ts'

/** The policy that a repository is kept by. @throws {Refusal} `lifecycle-policy-unknown` */
export async function policyInForce(
  services: Services,
  caller: Caller,
  repository: Repository,
): Promise<ParsedLifecyclePolicy> {
  const effective = await effectivePolicy(services.metadata, repository)
  if (effective === undefined) throw lifecyclePolicyUnknown(caller, repository)
  return parseLifecyclePolicy(effective.text)
}

/** What a policy makes of one image now; undefined when it went meanwhile. */
export async function explainLifecycle(
  services: Services,
  repository: Repository,
  { policy, digest }: { readonly policy: ParsedLifecyclePolicy; readonly digest: Digest },
): Promise<ImageExplanation | undefined> {
  return await SNAPSHOT_TURNS.run(async () => {
    const images = await readSnapshot(services.metadata, repository, { withAnnotations: policy.asksAnnotations })
    const { compiled } = await matchAhead(services, policy, images)
    return explainImage(compiled, await inTurns(judgeSteps(compiled, images, services.clock.nowMs())), digest)
  })
}

/** What a changed policy would do differently now. */
export async function diffLifecycle(
  services: Services,
  repository: Repository,
  policies: { readonly before: ParsedLifecyclePolicy; readonly after: ParsedLifecyclePolicy },
): Promise<TaggedDifference[]> {
  return await SNAPSHOT_TURNS.run(() => diff(services, repository, policies))
}

type TaggedDifference = PlanDifference & { readonly tags: readonly string[] }

async function diff(
  services: Services,
  repository: Repository,
  { before, after }: Parameters<typeof diffLifecycle>[2],
): Promise<TaggedDifference[]> {
  const withAnnotations = before.asksAnnotations || after.asksAnnotations
  const images = await readSnapshot(services.metadata, repository, { withAnnotations })
  const known = { before: await matchAhead(services, before, images), after: await matchAhead(services, after, images) }
  const nowMs = services.clock.nowMs()
  const plannedBy = async ({ compiled: policy }: ParsedLifecyclePolicy) => ({
    policy,
    plan: await inTurns(planSteps(policy, images, nowMs)),
  })
  const differences = diffPlans(await plannedBy(known.before), await plannedBy(known.after))
  const tags = tagsOf(images, new Set(differences.map(({ digest }) => digest)))
  return differences.map((difference) => ({ ...difference, tags: tags.get(difference.digest) ?? [] }))
}

function tagsOf(images: readonly LifecycleImage[], wanted: ReadonlySet<Digest>): Map<Digest, string[]> {
  const tagged = images.filter(({ digest }) => wanted.has(digest))
  return new Map(tagged.map(({ digest, tags }) => [digest, tags.map(({ tag }) => tag).sort()]))
}
