import * as z from 'zod'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { createRepository as create, DEFAULT_ENCRYPTION } from '../../services/repositories/create-repository.ts'
import { defineOperation } from './define-operation.ts'
import { newRepositoryNameField, repositoryDetails, resourceTagsField, viewDetails } from './repository-view.ts'

/** `POST /api/v1/repositories`. As by ECR's operation of this name, creation templates do not apply. */
export const createRepository = defineOperation('CreateRepository', {
  action: 'ecr:CreateRepository',
  method: 'post',
  path: '/repositories',
  summary: 'Makes a repository. What is to be set for it, PutSettings sets.',
  decidedIn: "caller's account",
  body: z.strictObject({ name: newRepositoryNameField, resourceTags: resourceTagsField.default([]) }),
  output: repositoryDetails,
  status: 201,
  repository: ({ body }) => body.name,
  keys: ({ body }) => requestTagKeys(body.resourceTags),
  handle: async ({ services, caller }, { body: { name, resourceTags } }) => {
    const settings = { tagMutability: undefined, scanOnPush: undefined, encryption: DEFAULT_ENCRYPTION }
    const asked = { ...settings, name: parseRepositoryName(name), resourceTags }
    return viewDetails(caller.registry, await create(services, caller, asked), resourceTags)
  },
})
