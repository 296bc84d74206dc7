import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import type { Span, TagDifference } from '../../services/tags/tag-changes.ts'
import { instantField } from './fields.ts'

export const spanQuery = z.strictObject({
  from: instantField,
  to: instantField,
  after: z.string().max(400).optional().describe('What `next` of the page before said.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export const tagChangesView = z.strictObject({
  changes: z.array(
    z.strictObject({
      repositoryName: z.string(),
      tag: z.string(),
      before: z.string().optional().describe('The digest at the beginning; absent when there was no such tag.'),
      after: z.string().optional().describe('The digest at the end; absent when there was no such tag.'),
    }),
  ),
  next: z.string().optional().describe('There may be more although a page has fewer than asked for, even none.'),
})

/** @throws {Refusal} `parameter-invalid` when the end is before the beginning */
export function toSpan({ from, to }: { readonly from: number; readonly to: number }): Span {
  if (from <= to) return { fromMs: from, toMs: to }
  throw new Refusal('parameter-invalid', 'from must not be later than to.')
}

export function viewChange({ repositoryName, tag, before, after }: TagDifference) {
  return { repositoryName, tag, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
}
