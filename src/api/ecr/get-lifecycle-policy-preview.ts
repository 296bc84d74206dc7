import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../../services/context.ts'
import { getPreview } from '../../services/lifecycle/preview-policy.ts'
import { defineRepositoryAction } from './define-action.ts'
import type { Output } from './operations.ts'
import { type ImageIdText, nextToken, parseImageIds, parsePage, refusePaging } from './parameters.ts'
import { toSeconds } from './repository-view.ts'
import { resolveImageId } from './resolve-image-id.ts'

type Answer = Output<'GetLifecyclePolicyPreview'>

const LIST = { name: 'lifecycle-preview', keyLength: 1 }
const PAGE = { most: 100, usual: 100 }

/** `GetLifecyclePolicyPreview`: the newest one's results, those that are named or a page of all. */
export const getLifecyclePolicyPreview = defineRepositoryAction('GetLifecyclePolicyPreview', {
  parse: (fields) => {
    const ids = parseImageIds(fields)
    if (ids !== undefined) refusePaging(fields, 'imageIds')
    const tagStatus = fields.object<'tagStatus'>('filter')?.choice('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY']) ?? 'ANY'
    return { ids, tagStatus, page: parsePage(fields, LIST, PAGE) }
  },
  handle: async ({ services, caller }, repository, { ids, tagStatus, page }) => {
    const plan = await getPreview(services, caller, repository)
    const items = await readItems(services, repository, plan, { ids, tagStatus, page })
    return {
      registryId: caller.registry.accountId,
      repositoryName: repository.name,
      lifecyclePolicyText: plan.policyText,
      status: statusOf(plan),
      previewResults: items.flatMap(viewItem),
      nextToken: ids === undefined && items.length === page.limit ? nextToken(LIST, lastOf(items)) : undefined,
      summary: viewSummary(plan),
    }
  },
})

async function readItems(
  services: Services,
  repository: Repository,
  plan: Plan,
  asked: {
    ids: readonly ImageIdText[] | undefined
    tagStatus: 'TAGGED' | 'UNTAGGED' | 'ANY'
    page: { limit: number; after: readonly (string | null)[] | undefined }
  },
): Promise<PlanItem[]> {
  if (plan.state === 'making' || plan.state === 'failed') return []
  const { ids, tagStatus, page } = asked
  const { metadata } = services
  if (ids === undefined) {
    const filter = tagStatus === 'ANY' ? {} : { tagged: tagStatus === 'TAGGED' }
    return await metadata.listPlanItems(plan.id, filter, { after: positionOf(page.after), limit: page.limit })
  }
  const resolved = await Promise.all(ids.map((id) => resolveImageId(services, repository, id)))
  const digests = resolved.flatMap((each) => (each.kind === 'found' ? [each.digest] : []))
  const items = await metadata.findPlanItems(plan.id, digests)
  return items.filter(({ tags }) => tagStatus === 'ANY' || tags.length > 0 === (tagStatus === 'TAGGED'))
}

function lastOf(items: readonly PlanItem[]): string[] | undefined {
  const last = items.at(-1)
  return last && [String(last.position)]
}

/** A token that was made up gives a page like any other. */
function positionOf(after: readonly (string | null)[] | undefined): number | undefined {
  const position = Number(after?.[0])
  return Number.isSafeInteger(position) ? position : undefined
}

function statusOf({ state }: Plan): Answer['status'] {
  if (state === 'making') return 'IN_PROGRESS'
  return state === 'failed' ? 'FAILED' : 'COMPLETE'
}

/** Tags that our own format would take off are nothing that the model has; what would fail is not going to happen. */
function viewItem(item: PlanItem): NonNullable<Answer['previewResults']> {
  if (item.outcome === 'failed' || (item.action !== 'expire' && item.action !== 'archive')) return []
  return [
    {
      ...(item.tags.length > 0 && { imageTags: [...item.tags] }),
      imageDigest: item.digest,
      imagePushedAt: toSeconds(item.pushedAtMs),
      action: item.action === 'expire' ? { type: 'EXPIRE' } : { type: 'TRANSITION', targetStorageClass: 'ARCHIVE' },
      appliedRulePriority: item.rule,
      storageClass: item.storageClass === 'archive' ? 'ARCHIVE' : 'STANDARD',
    },
  ]
}

function viewSummary({ state, summary }: Plan): Answer['summary'] {
  if (state === 'making' || state === 'failed') return undefined
  const { expire, archive } = summary
  return {
    expiringImageTotalCount: expire,
    ...(archive > 0 && {
      transitioningImageTotalCounts: [{ targetStorageClass: 'ARCHIVE', imageTotalCount: archive }],
    }),
  }
}
