import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { TagMutability } from '../../core/tag-mutability.ts'
import type { Repository, ResourceTag } from '../../ports/metadata/repositories.ts'
import { type ViewInForce, viewInForce } from '../../services/settings/settings-in-force.ts'
import { registryUrl } from '../registry-url.ts'
import type { EcrCall } from './define-action.ts'
import type { Output } from './operations.ts'

type RepositoryView = NonNullable<Output<'CreateRepository'>['repository']>

/** One repository, with the settings that are in force for it. */
export async function viewRepository(call: EcrCall, repository: Repository): Promise<RepositoryView> {
  return repositoryView(call, repository, await viewInForce(call.services.metadata, repository))
}

/** A repository as every answer shows it; Terraform needs all of these members or its plans drift (ecr.md 8.3). */
export function repositoryView(call: EcrCall, repository: Repository, inForce: ViewInForce): RepositoryView {
  const { registry } = call.caller
  return {
    repositoryArn: repositoryArn(registry, repository.name),
    registryId: registry.accountId,
    repositoryName: repository.name,
    repositoryUri: `${hostOf(registryUrl(call.externalUrl, registry, call.services.defaultRegistry.accountId))}/${repository.name}`,
    createdAt: toSeconds(repository.createdAtMs),
    ...tagMutabilityView(inForce.tagMutability),
    imageScanningConfiguration: { scanOnPush: inForce.scanOnPush },
    encryptionConfiguration: encryptionView(repository.encryption),
  }
}

export function tagMutabilityView(
  mutability: TagMutability,
): Pick<RepositoryView, 'imageTagMutability' | 'imageTagMutabilityExclusionFilters'> {
  const filters = mutability.exclusionFilters.map((filter) => ({ filterType: 'WILDCARD' as const, filter }))
  if (filters.length === 0) return { imageTagMutability: mutability.mode }
  return { imageTagMutability: mutability.mode, imageTagMutabilityExclusionFilters: filters }
}

export function encryptionView(
  encryption: Repository['encryption'],
): NonNullable<RepositoryView['encryptionConfiguration']> {
  return {
    // Only ever one of the model's values: parseEncryption lets nothing else in.
    encryptionType: encryption.type as 'AES256' | 'KMS' | 'KMS_DSSE',
    ...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
  }
}

export function resourceTagsView(tags: readonly ResourceTag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** AWS JSON writes times as Unix seconds with a fraction; SDKs refuse text (ecr.md fact 2). */
export function toSeconds(ms: number): number {
  return ms / 1000
}

function hostOf(externalUrl: string): string {
  return externalUrl.slice(externalUrl.indexOf('//') + 2)
}
