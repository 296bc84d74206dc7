import { listReferrers } from '../../services/list-referrers.ts'
import { defineRepositoryAction } from './define-action.ts'
import { digestAfter, nextToken, parseDigestField, parsePage, STORAGE_CLASS_OF } from './parameters.ts'

const LIST = { name: 'referrers', keyLength: 1 }
const PAGE = { most: 50, usual: 20 }
/** Fifty referrers fit, whatever annotations they have. */
const BOUNDS = { maxBytes: Number.POSITIVE_INFINITY, sizeOf: () => 0 }

/** `ListImageReferrers`, which `ecr:BatchGetImage` allows (ecr.md 1.2). */
export const listImageReferrers = defineRepositoryAction('ListImageReferrers', {
  action: 'ecr:BatchGetImage',
  parse: (fields) => {
    const subject = fields.required('subjectId', fields.object<'imageDigest'>('subjectId'))
    const filter = fields.object<'artifactTypes' | 'artifactStatus'>('filter')
    const status = filter?.choice('artifactStatus', ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']) ?? 'ACTIVE'
    const page = parsePage(fields, LIST, PAGE)
    return {
      storage: STORAGE_CLASS_OF[status],
      subject: subject.required('imageDigest', parseDigestField(subject, 'imageDigest')),
      artifactTypes: filter?.texts('artifactTypes', { min: 0, max: 5 }, { min: 1, max: 255 }) ?? [],
      limit: page.limit,
      after: digestAfter(page),
    }
  },
  handle: async ({ services }, repository, { storage, ...query }) => {
    if (storage === 'none') return { referrers: [] }
    const storageClass = storage === 'any' ? undefined : storage
    const { referrers, next } = await listReferrers(services, repository, { ...query, storageClass, ...BOUNDS })
    return {
      referrers: referrers.map((manifest) => ({
        digest: manifest.digest,
        mediaType: manifest.mediaType,
        artifactType: manifest.artifactType,
        size: manifest.sizeBytes,
        annotations: manifest.annotations,
        artifactStatus: manifest.storageClass === 'archive' ? ('ARCHIVED' as const) : ('ACTIVE' as const),
      })),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})
