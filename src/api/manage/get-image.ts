import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { describeImage } from '../../services/describe-image.ts'
import { getRepository } from '../../services/get-repository.ts'
import { defineOperation } from './define-operation.ts'
import { imageReferenceField, repositoryNameField, toReference } from './fields.ts'
import { imageView, viewImage } from './image-view.ts'

/** `GET /api/v1/repositories/{name}/images/{reference}` */
export const getImage = defineOperation('GetImage', {
  method: 'get',
  path: '/repositories/{name}/images/{reference}',
  summary:
    'Shows an image by a tag or its digest: its tags, what it consists of, and where it comes from. This is no pull.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField, reference: imageReferenceField }),
  output: imageView,
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters: { name, reference } }) => {
    const repository = await getRepository(services, caller, parseRepositoryName(name))
    return viewImage(name, await describeImage(services, repository, toReference(reference)))
  },
})
