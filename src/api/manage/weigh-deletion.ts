import * as z from 'zod'
import { parseRepositoryName } from '../../core/repository-name.ts'
import type { FreedBy, Keeper } from '../../services/costs/freed-by.ts'
import { freedByImage, freedByPlan, freedByRepository } from '../../services/costs/what-if.ts'
import { getRepository } from '../../services/get-repository.ts'
import { defineOperation, type ManageCall } from './define-operation.ts'
import { imageReferenceField, repositoryNameField, timeField, toReference, toTime } from './fields.ts'

const whatIfBody = z.union(
  [
    z.strictObject({
      delete: z.union([z.literal('repository'), z.strictObject({ reference: imageReferenceField })]),
    }),
    z.strictObject({ planId: z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id of a plan') }),
  ],
  'expected {"delete": {"reference": TAG-OR-DIGEST}}, {"delete": "repository"} or {"planId": ID}',
)

const freedView = z.strictObject({
  repositoryName: z.string(),
  images: z.int().describe('How many go, or went.'),
  freesNowBytes: z.int().describe('With the next run of the collector.'),
  freesLaterBytes: z.int().describe('When restore windows and leases have ended.'),
  freesLaterAt: timeField.optional().describe('When the last of it does.'),
  keptBytes: z.int().describe('What goes and others hold too, so that it does not come free.'),
  kept: z
    .array(
      z.strictObject({
        digest: z.string(),
        sizeBytes: z.int(),
        by: z.enum(['restore-window', 'lease', 'image', 'repository', 'others']),
        image: z.string().optional().describe('The digest of one of the images that keep it.'),
        repositoryName: z.string().optional().describe('One of the other repositories that keep it.'),
        until: timeField.optional().describe('Left out when it is kept for good.'),
      }),
    )
    .describe('The largest blobs that are not free now, and what keeps each.'),
})

/** `POST /api/v1/repositories/{name}/costs/what-if` */
export const weighDeletion = defineOperation('WeighDeletion', {
  method: 'post',
  isRead: true,
  path: '/repositories/{name}/costs/what-if',
  summary: 'Says what comes free by deleting an image, a tag or a repository, or by a plan; nothing is changed.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: repositoryNameField }),
  body: whatIfBody,
  output: freedView,
  repository: ({ parameters }) => parameters.name,
  handle: async (call, { parameters: { name }, body }) => ({
    repositoryName: name,
    ...viewFreed(await weigh(call, name, body)),
  }),
})

async function weigh(
  { services, caller, signal }: ManageCall,
  repositoryName: string,
  body: z.output<typeof whatIfBody>,
): Promise<FreedBy> {
  if ('planId' in body) return await freedByPlan(services, caller, { planId: body.planId, repositoryName, signal })
  const repository = await getRepository(services, caller, parseRepositoryName(repositoryName))
  if (body.delete === 'repository') return await freedByRepository(services, caller, repository, signal)
  const reference = toReference(body.delete.reference)
  return await freedByImage(services, caller, repository, { reference, signal })
}

function viewFreed(freed: FreedBy): Omit<z.output<typeof freedView>, 'repositoryName'> {
  return {
    images: freed.images,
    freesNowBytes: freed.nowBytes,
    freesLaterBytes: freed.laterBytes,
    ...(freed.laterAtMs !== undefined && { freesLaterAt: toTime(freed.laterAtMs) }),
    keptBytes: freed.keptBytes,
    kept: freed.kept.map(({ digest, sizeBytes, by }) => ({ digest, sizeBytes, ...viewKeeper(by) })),
  }
}

function viewKeeper(by: Keeper) {
  const { kind } = by
  if (kind === 'image') return { by: kind, image: by.digest }
  const until = 'untilMs' in by && by.untilMs !== undefined ? { until: toTime(by.untilMs) } : {}
  return { by: kind, ...(kind === 'repository' && { repositoryName: by.name }), ...until }
}
