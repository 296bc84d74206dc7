import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { showPolicyText } from '../iam/policy-text.ts'
import { refuseIfRestricted } from '../iam/restricted-session.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseLockOut, saveResourcePolicy } from './resource-policy.ts'

export interface PutPolicy {
  readonly text: string
  /** Whether the caller may lose the right to set another policy by it. */
  readonly force: boolean
}

export interface ShownPolicy {
  /** With ARNs for principals. */
  readonly text: string
  readonly findings: readonly PolicyFinding[]
}

/**
 * Puts the repository's policy in the place of the one it has.
 *
 * @throws {Refusal} `parameter-invalid` for a policy that cannot be, or that would lock the caller out;
 *   `repository-unknown` when the repository went meanwhile
 */
export async function setRepositoryPolicy(
  services: Services,
  caller: Caller,
  repository: Repository,
  { text, force }: PutPolicy,
): Promise<ShownPolicy> {
  // It could give itself what its session policy takes away.
  refuseIfRestricted(caller)
  const { accountId } = caller.registry
  const saved = await saveResourcePolicy(services.metadata, accountId, text, 'repository')
  if (!force) {
    const resource = repositoryArn(caller.registry, repository.name)
    const access = { action: 'ecr:SetRepositoryPolicy', resource, repository } as const
    await refuseLockOut(services, caller, access, { kind: 'repository', text: saved.text })
  }
  await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    await transaction.putRepositoryPolicy(repository.id, saved.text)
  })
  return { text: await showPolicyText(services.metadata, saved.text), findings: saved.findings }
}

/** @throws {Refusal} `repository-policy-unknown` */
export async function getRepositoryPolicy(services: Services, caller: Caller, repository: Repository): Promise<string> {
  const text = await services.metadata.readRepositoryPolicy(repository.id)
  if (text === undefined) throw noPolicy(caller, repository)
  return await showPolicyText(services.metadata, text)
}

/** @returns the policy as it was. @throws {Refusal} `repository-policy-unknown`, `repository-unknown` */
export async function deleteRepositoryPolicy(
  services: Services,
  caller: Caller,
  repository: Repository,
): Promise<string> {
  // It could give itself what its session policy takes away.
  refuseIfRestricted(caller)
  const text = await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const current = await transaction.readRepositoryPolicy(repository.id)
    if (current === undefined) throw noPolicy(caller, repository)
    await transaction.deleteRepositoryPolicy(repository.id)
    return current
  })
  return await showPolicyText(services.metadata, text)
}

function noPolicy(caller: Caller, { name }: Repository): Refusal {
  return new Refusal(
    'repository-policy-unknown',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${caller.registry.accountId}'`,
  )
}
