import * as z from 'zod'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../../services/context.ts'
import { BuildLinksReader } from '../../services/tags/build-links-reader.ts'
import type { Span, TagDifference } from '../../services/tags/tag-changes.ts'
import { instantField } from './fields.ts'
import { type LinksByDigest, listedBuildLinksView } from './image-view.ts'

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
      buildLinksBefore: listedBuildLinksView,
      buildLinksAfter: listedBuildLinksView,
    }),
  ),
  next: z.string().optional().describe('There may be more although a page has fewer than asked for, even none.'),
})

/** @throws {Refusal} `parameter-invalid` when the end is before the beginning */
export function toSpan({ from, to }: { readonly from: number; readonly to: number }): Span {
  if (from <= to) return { fromMs: from, toMs: to }
  throw new Refusal('parameter-invalid', 'from must not be later than to.')
}

/** A page of them, with where each image comes from. */
export async function viewChanges(
  services: Services,
  changes: readonly TagDifference[],
): Promise<z.output<typeof tagChangesView>['changes']> {
  const reader = new BuildLinksReader(services)
  const views: z.output<typeof tagChangesView>['changes'] = []
  for (const [repository, ofOne] of Map.groupBy(changes, (change) => change.repository)) {
    const links = await reader.read(
      repository,
      ofOne.flatMap(({ before, after }) => [before, after].filter((digest) => digest !== undefined)),
    )
    views.push(...ofOne.map((change) => viewChange(change, links)))
  }
  return views
}

function viewChange({ repository, tag, before, after }: TagDifference, links: LinksByDigest) {
  const [buildLinksBefore, buildLinksAfter] = [before && links.get(before), after && links.get(after)]
  return {
    repositoryName: repository.name,
    tag,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(buildLinksBefore !== undefined && { buildLinksBefore }),
    ...(buildLinksAfter !== undefined && { buildLinksAfter }),
  }
}
