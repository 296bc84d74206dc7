import * as z from 'zod'
import { BuildLinksReader } from '../../services/tags/build-links-reader.ts'
import { defineOperation } from './define-operation.ts'
import type { LinksByDigest } from './image-view.ts'
import { getPlanOf, planItemView, planParameters, viewPlanItem } from './plan-view.ts'

/** Of a repository that is gone for good. */
const NONE: LinksByDigest = new Map()

/** `GET /api/v1/repositories/{name}/plans/{planId}/items` */
export const listPlanItems = defineOperation('ListPlanItems', {
  method: 'get',
  path: '/repositories/{name}/plans/{planId}/items',
  summary: 'Lists what a plan does, image by image, in the order in which it is done.',
  decidedIn: "caller's account",
  parameters: planParameters,
  query: z.strictObject({
    after: z.coerce.number().int().min(0).optional().describe('What `next` of the page before said.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  output: z.strictObject({ items: z.array(planItemView), next: z.int().optional() }),
  repository: ({ parameters }) => parameters.name,
  handle: async ({ services, caller }, { parameters, query: { after, limit } }) => {
    const { metadata } = services
    const plan = await getPlanOf(metadata, caller, parameters)
    const items = await metadata.listPlanItems(plan.id, {}, { after, limit })
    const next = items.length < limit ? undefined : items.at(-1)?.position
    const repository = await metadata.findStoredRepository(plan.repositoryId)
    const digests = items.map(({ digest }) => digest)
    const links = repository === undefined ? NONE : await new BuildLinksReader(services).read(repository, digests)
    return { items: items.map((item) => viewPlanItem(plan, item, links)), ...(next !== undefined && { next }) }
  },
})
