import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { findManifests, listManifests } from '../../services/describe-images.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import { imageDetail } from './image-detail.ts'
import type { Output } from './operations.ts'
import {
  digestAfter,
  type ImageIdText,
  nextToken,
  parseImageFilter,
  parseImageIds,
  parsePage,
  refusePaging,
} from './parameters.ts'
import { resolveImageId } from './resolve-image-id.ts'

const LIST = { name: 'images', keyLength: 1 }

/** `DescribeImages`: one element per digest; those that are named, or a page of all. */
export const describeImages = defineRepositoryAction('DescribeImages', {
  parse: (fields) => {
    const ids = parseImageIds(fields)
    if (ids !== undefined) refusePaging(fields, 'imageIds')
    const page = parsePage(fields, LIST)
    return { ids, filter: parseImageFilter(fields), page: { limit: page.limit, after: digestAfter(page) } }
  },
  handle: async (call, repository, { ids, filter, page }) => {
    if (ids !== undefined) return { imageDetails: await describeNamed(call, repository, ids) }
    const { tagStatus: status, storageClass } = filter
    if (storageClass === 'none') return { imageDetails: [] }
    const { manifests, next } = await listManifests(call.services, repository, { status, storageClass, page })
    return {
      imageDetails: manifests.map((manifest) => imageDetail(call, repository, manifest)),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})

async function describeNamed(
  call: EcrCall,
  repository: Repository,
  ids: readonly ImageIdText[],
): Promise<Output<'DescribeImages'>['imageDetails']> {
  const digests = new Set<Digest>()
  for (const id of ids) {
    const resolved = await resolveImageId(call.services, repository, id)
    if (resolved.kind === 'failure') throw imageUnknown(call, repository, id)
    digests.add(resolved.digest)
  }
  const found = await findManifests(call.services, repository, [...digests])
  return found.map((manifest) => imageDetail(call, repository, manifest))
}

/** One image that is not there fails the whole call, as ECR's does. */
function imageUnknown(call: EcrCall, repository: Repository, id: ImageIdText): Refusal {
  const quoted = (text: string | undefined) => (text === undefined ? 'null' : text)
  return new Refusal(
    'manifest-unknown',
    `The image with imageId {imageDigest:'${quoted(id.imageDigest)}', imageTag:'${quoted(id.imageTag)}'} does not exist ` +
      `within the repository with name '${repository.name}' in the registry with id '${call.caller.registry.accountId}'`,
  )
}
