import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { StoredLifecycle } from '../../ports/metadata/lifecycle.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseIfLocked } from '../settings/refuse-if-locked.ts'

/**
 * Puts a policy of either format in the place of the one there was.
 *
 * @returns the text as it is kept: without white space between its parts, as ECR keeps it (ecr.md fact 16)
 * @throws {Refusal} `parameter-invalid`; `setting-locked` when a scope above it has another one that stands;
 *   `repository-unknown` when it went meanwhile
 */
export async function putLifecyclePolicy(
  services: Services,
  caller: Caller,
  repository: Repository,
  text: string,
): Promise<string> {
  parseLifecyclePolicy(text)
  const kept = JSON.stringify(JSON.parse(text))
  await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    await refuseIfLocked(transaction, current, [{ name: 'lifecyclePolicy', value: kept }])
    await transaction.putLifecyclePolicy(repository.id, kept)
  })
  return kept
}

/** @throws {Refusal} `lifecycle-policy-unknown` when the repository has none of its own */
export async function getLifecyclePolicy(
  metadata: Pick<MetadataReader, 'readLifecycle'>,
  caller: Caller,
  repository: Repository,
): Promise<StoredLifecycle & { readonly text: string }> {
  const stored = await metadata.readLifecycle(repository.id)
  if (stored?.text === undefined) throw lifecyclePolicyUnknown(caller, repository)
  return { ...stored, text: stored.text }
}

/**
 * Takes the repository's own policy away.
 *
 * @returns the policy that there was
 * @throws {Refusal} `lifecycle-policy-unknown`; `repository-unknown` when it went meanwhile
 */
export async function deleteLifecyclePolicy(
  services: Services,
  caller: Caller,
  repository: Repository,
): Promise<StoredLifecycle & { readonly text: string }> {
  return await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const stored = await getLifecyclePolicy(transaction, caller, repository)
    await transaction.putLifecyclePolicy(repository.id, undefined)
    return stored
  })
}

/** ECR's sentence (ecr.md 1.0). */
export function lifecyclePolicyUnknown(caller: Caller, repository: Repository): Refusal {
  return new Refusal(
    'lifecycle-policy-unknown',
    `Lifecycle policy does not exist for the repository with name '${repository.name}' in the registry with id '${caller.registry.accountId}'`,
  )
}
