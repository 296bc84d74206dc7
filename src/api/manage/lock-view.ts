import * as z from 'zod'
import { isDigest } from '../../core/digest.ts'
import { parseTag } from '../../core/tag.ts'
import type { ImageLock, LockTarget } from '../../ports/metadata/image-locks.ts'
import { imageReferenceField, repositoryNameField, timeField, toTime } from './fields.ts'

export const lockParameters = z.strictObject({ name: repositoryNameField, reference: imageReferenceField })

export const lockView = z.strictObject({
  kind: z.enum(['tag', 'image']),
  name: z.string().describe('A tag, or a digest.'),
  reason: z.string(),
  owner: z.string(),
  lockedBy: z.string().describe('ARN.'),
  lockedAt: timeField,
})

export function viewLock({ kind, name, reason, owner, lockedBy, lockedAtMs }: ImageLock): z.output<typeof lockView> {
  return { kind, name, reason, owner, lockedBy, lockedAt: toTime(lockedAtMs) }
}

export function toLockTarget(reference: string): LockTarget {
  return isDigest(reference) ? { kind: 'image', name: reference } : { kind: 'tag', name: parseTag(reference) }
}
