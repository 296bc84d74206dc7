import * as z from 'zod'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import { isRepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Repository, ResourceTag } from '../../ports/metadata/repositories.ts'
import { timeField, toTime } from './fields.ts'

/** Of a repository that is given in a body, where slashes are slashes. */
export const newRepositoryNameField = z
  .string()
  .max(255)
  .refine(isRepositoryName, 'must be the name of a repository, such as team/app')

export const resourceTagKeyField = z.string().min(1).max(128)

export const resourceTagsField = z
  .array(z.strictObject({ key: resourceTagKeyField, value: z.string().max(256) }))
  .max(50)
  .describe('Keys and values that conditions of policies may ask about.')

export const repositorySummary = z.strictObject({
  name: z.string(),
  arn: z.string(),
  createdAt: timeField,
})

export const repositoryDetails = repositorySummary.extend({
  encryption: z.strictObject({ type: z.string(), kmsKey: z.string().optional() }),
  resourceTags: resourceTagsField,
})

export function viewSummary(registry: Registry, { name, createdAtMs }: Repository): z.output<typeof repositorySummary> {
  return { name, arn: repositoryArn(registry, name), createdAt: toTime(createdAtMs) }
}

export function viewDetails(
  registry: Registry,
  repository: Repository,
  tags: readonly ResourceTag[],
): z.output<typeof repositoryDetails> {
  const { type, kmsKey } = repository.encryption
  return {
    ...viewSummary(registry, repository),
    encryption: { type, ...(kmsKey !== undefined && { kmsKey }) },
    resourceTags: tags.map(({ key, value }) => ({ key, value })),
  }
}
