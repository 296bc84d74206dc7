import { isDigest } from '../../core/digest.ts'
import { invalidPageToken } from '../../core/ecr/page-token.ts'
import { isTag } from '../../core/tag.ts'
import type { ImageIdRow } from '../../ports/metadata/images.ts'
import { listImages as list } from '../../services/list-images.ts'
import { defineRepositoryAction } from './define-action.ts'
import { nextToken, type PageInput, parseImageFilter, parsePage, toImageId } from './parameters.ts'

const LIST = { name: 'image-ids', keyLength: 2 }

/** `ListImages`: one element per digest and tag. */
export const listImages = defineRepositoryAction('ListImages', {
  parse: (fields) => {
    const page = parsePage(fields, LIST)
    return { filter: parseImageFilter(fields), page: { limit: page.limit, after: parseKey(page) } }
  },
  handle: async ({ services }, repository, { filter, page }) => {
    const { tagStatus: status, storageClass } = filter
    if (storageClass === 'none') return { imageIds: [] }
    const { imageIds, next } = await list(services, repository, { status, storageClass, page })
    return {
      imageIds: imageIds.map(({ digest, tag }) => toImageId(digest, tag)),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next.digest, next.tag ?? null]),
    }
  },
})

function parseKey({ after }: PageInput): ImageIdRow | undefined {
  if (after === undefined) return undefined
  const [digest, tag] = after
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalidPageToken()
  if (typeof tag !== 'string') return { digest, tag: undefined }
  if (!isTag(tag)) throw invalidPageToken()
  return { digest, tag }
}
