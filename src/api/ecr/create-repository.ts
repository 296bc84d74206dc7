import { parseTagMutability } from '../../core/ecr/parse-tag-mutability.ts'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import { createRepository as create, DEFAULT_ENCRYPTION } from '../../services/repositories/create-repository.ts'
import { defineAction } from './define-action.ts'
import { keysOfResourceTags, parseRepositoryField, parseResourceTags } from './parameters.ts'
import { parseEncryption } from './parse-encryption.ts'
import { viewRepository } from './repository-view.ts'

/** `CreateRepository`. Creation templates do not apply to it (ecr.md 7.2). */
export const createRepository = defineAction('CreateRepository', {
  parse: (fields) => ({
    name: parseRepositoryField(fields),
    tagMutability: parseTagMutability(fields),
    scanOnPush: fields.object<'scanOnPush'>('imageScanningConfiguration')?.flag('scanOnPush'),
    encryption: parseEncryption(fields) ?? DEFAULT_ENCRYPTION,
    resourceTags: parseResourceTags(fields, 'tags') ?? [],
  }),
  resources: (registry, { name }) => [repositoryArn(registry, name)],
  keys: ({ resourceTags }) => keysOfResourceTags(resourceTags),
  handle: async (call, settings) => ({
    repository: await viewRepository(call, await create(call.services, call.caller, settings)),
  }),
})
