import type { Fields } from '../../core/ecr/fields.ts'
import type { StoredLifecycle } from '../../ports/metadata/lifecycle.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { EcrCall } from './define-action.ts'
import type { Output } from './operations.ts'
import { toSeconds } from './repository-view.ts'

/** The model's bounds (ecr.md 1.15). */
const TEXT_BOUNDS = { min: 100, max: 30_720 }

/** `lifecyclePolicyText`; what it says is checked where it is put. */
export function parseLifecycleText(fields: Fields<'lifecyclePolicyText'>): string | undefined {
  return fields.text('lifecyclePolicyText', TEXT_BOUNDS)
}

/** What Get and DeleteLifecyclePolicy answer: 0 stands for a policy that was never carried out, as in CloudTrail's sample. */
export function lifecycleView(
  { caller }: EcrCall,
  repository: Repository,
  { text, evaluatedAtMs }: StoredLifecycle & { readonly text: string },
): Output<'GetLifecyclePolicy'> {
  return {
    registryId: caller.registry.accountId,
    repositoryName: repository.name,
    lifecyclePolicyText: text,
    lastEvaluatedAt: toSeconds(evaluatedAtMs ?? 0),
  }
}
