import { checkResourceTags } from '../../core/ecr/resource-tags.ts'
import { Refusal } from '../../core/refusal.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { TagMutability } from '../../core/tag-mutability.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { NewRepository, Repository, ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { refuseIfLocked } from '../settings/refuse-if-locked.ts'
import { newSettings } from './change-repository.ts'

export interface RepositorySettings {
  readonly name: RepositoryName
  /** Undefined, as `scanOnPush`, when neither the request nor a template says anything. */
  readonly tagMutability: TagMutability | undefined
  readonly scanOnPush: boolean | undefined
  /** Recorded for those who ask, as ECR does; storage itself is encrypted where it is mounted. */
  readonly encryption: { readonly type: string; readonly kmsKey?: string }
  readonly resourceTags: readonly ResourceTag[]
  /** From a creation template, kept verbatim. */
  readonly repositoryPolicyText?: string
  readonly lifecyclePolicyText?: string
}

/** What a repository has when nothing is said (ecr.md 1.2). */
export const DEFAULT_ENCRYPTION: RepositorySettings['encryption'] = { type: 'AES256' }

/**
 * @throws {Refusal} `repository-exists`, `resource-tag-invalid`, `resource-tags-too-many`; `setting-locked` when a scope
 *   above does not allow what is asked for
 */
export async function createRepository(
  services: Services,
  caller: Caller,
  settings: RepositorySettings,
): Promise<Repository> {
  const { name, tagMutability = null, scanOnPush = null } = settings
  const asked = newSettings({ tagMutability, scanOnPush })
  if (asked.length > 0) await refuseIfLocked(services.metadata, { registryId: caller.registry.id, name }, asked)
  const repository = await insertRepository(services, caller, settings)
  if (repository === undefined) throw repositoryExists(settings.name, caller.registry.accountId)
  return repository
}

/** As `createRepository`, but undefined when there is one of that name already. */
export async function insertRepository(
  services: Services,
  caller: Caller,
  settings: RepositorySettings,
): Promise<Repository | undefined> {
  checkResourceTags(settings.resourceTags)
  const { resourceTags, ...stored } = settings
  const createdAtMs = services.clock.nowMs()
  const repository: NewRepository = {
    ...stored,
    registryId: caller.registry.id,
    createdAtMs,
    encryption: withDefaultKey(caller.registry, settings.encryption),
  }
  return await services.metadata.transact(async (transaction) => {
    const inserted = await transaction.insertRepository(repository)
    if (inserted === undefined) return undefined
    if (resourceTags.length > 0) await transaction.putResourceTags(inserted.id, resourceTags)
    const event = { kind: 'repository-created', atMs: createdAtMs, detail: { requestId: caller.requestId } } as const
    await transaction.recordEvent({ ...event, ...requestOf(caller, inserted) })
    return inserted
  })
}

/** KMS without a key means the account's own key for ECR, whose name the API answers with. */
function withDefaultKey(
  registry: Registry,
  encryption: RepositorySettings['encryption'],
): RepositorySettings['encryption'] {
  if (encryption.type === 'AES256' || encryption.kmsKey !== undefined) return encryption
  return { ...encryption, kmsKey: `arn:aws:kms:${registry.region}:${registry.accountId}:alias/aws/ecr` }
}

function repositoryExists(name: string, accountId: string): Refusal {
  return new Refusal(
    'repository-exists',
    `The repository with name '${name}' already exists in the registry with id '${accountId}'`,
  )
}
