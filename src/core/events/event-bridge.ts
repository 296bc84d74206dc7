import { repositoryArn } from '../ecr/repository-arn.ts'
import type { JsonObject, JsonValue } from '../strict-json.ts'
import type { EventDetails, EventOrigin, ToldEvent, ToldKind } from './event-details.ts'

/** EventBridge's envelope (ecr.md 4.4). */
export interface EventBridgeEvent {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  /** `aws.ecr` for what ECR tells of too, in its very form; `lading` for the rest. */
  readonly source: 'aws.ecr' | 'lading'
  readonly account: string
  /** RFC 3339, in whole seconds. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: JsonObject
}

type Members = Readonly<Record<string, JsonValue | undefined>>

interface Row<Kind extends ToldKind> {
  readonly source: EventBridgeEvent['source']
  readonly type: string
  readonly detail: (detail: Readonly<EventDetails[Kind]>, event: ToldEvent<Kind>) => Members
}

const ecr = <Kind extends ToldKind>(type: string, detail: Row<Kind>['detail']): Row<Kind> => ({
  source: 'aws.ecr',
  type,
  detail,
})

/** Ours say where and who in the same members. */
const ours = <Kind extends ToldKind>(type: string, detail: Row<Kind>['detail']): Row<Kind> => ({
  source: 'lading',
  type: `Lading ${type}`,
  detail: (given, event) => ({
    'repository-name': event.repositoryName,
    principal: event.principal,
    ...detail(given, event),
  }),
})

type Which = { readonly requestId?: string; readonly planId?: string }
const which = ({ requestId, planId }: Which): Members => ({ 'request-id': requestId, 'plan-id': planId })

type Image = { readonly digest: string; readonly mediaType: string; readonly artifactType?: string | undefined }
const mediaTypes = ({ mediaType, artifactType }: Image): Members => ({
  'manifest-media-type': mediaType,
  'artifact-media-type': artifactType,
})

/** How each kind is told: one without a row does not compile. */
const ROWS: { readonly [Kind in ToldKind]: Row<Kind> } = {
  'image-pushed': ecr('ECR Image Action', ({ digest, tag }, event) => ({
    ...imageAction(event, digest, 'PUSH'),
    'image-tag': tag,
  })),
  'manifest-deleted': ecr('ECR Image Action', ({ digest, tags }, event) => ({
    ...imageAction(event, digest, 'DELETE'),
    'image-tag': tags[0],
    // ECR names one; of several this names all.
    'image-tags': tags.length > 1 ? tags : undefined,
  })),
  'image-archived': ecr('ECR Image Action', (image, event) => ({
    ...imageAction(event, image.digest, 'UPDATE_STORAGE_CLASS'),
    'target-storage-class': 'ARCHIVE',
    ...mediaTypes(image),
  })),
  'image-restored': ecr('ECR Image Action', (image, event) => ({
    ...imageAction(event, image.digest, 'UPDATE_STORAGE_CLASS'),
    'target-storage-class': 'STANDARD',
    ...mediaTypes(image),
    'last-activated-at': isoTime(image.lastActivatedAtMs),
  })),
  'referrer-pushed': ecr('ECR Referrer Action', (image, event) => ({
    ...imageAction(event, image.digest, 'PUSH'),
    'image-tag': image.tag,
    ...mediaTypes(image),
  })),
  'repository-created': ours('Repository Created', which),
  'repository-changed': ours('Repository Changed', ({ tagMutability, scanOnPush, requestId }) => ({
    'image-tag-mutability': tagMutability?.mode,
    'scan-on-push': scanOnPush,
    ...which({ requestId }),
  })),
  'repository-deleted': ours('Repository Deleted', (detail) => ({
    'has-images': detail.hasImages,
    ...which(detail),
  })),
  'repository-undeleted': ours('Repository Restored', which),
  'tag-deleted': ours('Tag Deleted', (detail) => ({
    'image-tag': detail.tag,
    'image-digest': detail.digest,
    ...which(detail),
  })),
  'image-undeleted': ours('Image Undeleted', (detail) => ({
    'image-digest': detail.digest,
    'image-tags': detail.tags,
    ...which(detail),
  })),
  'tag-rolled-back': ours('Tag Rolled Back', (detail) => ({
    'image-tag': detail.tag,
    'previous-image-digest': detail.from,
    'image-digest': detail.to,
    'as-of': isoTime(detail.asOfMs),
    ...which(detail),
  })),
  'image-locked': ours('Image Locked', (detail) => ({
    'image-digest': detail.digest,
    'image-tag': detail.tag,
    reason: detail.reason,
    owner: detail.owner,
    ...which(detail),
  })),
  'image-unlocked': ours('Image Unlocked', (detail) => ({
    'image-digest': detail.digest,
    'image-tag': detail.tag,
    reason: detail.reason,
    ...which(detail),
  })),
  'plan-waiting': ours('Plan Waiting', ({ planId, wouldTake, outOf, share, undonePlanId }) => ({
    'plan-id': planId,
    'would-take': wouldTake,
    'out-of': outOf,
    share,
    ...(undonePlanId !== undefined && { 'undone-plan-id': undonePlanId }),
  })),
  'plan-applied': ours('Plan Applied', (detail) => ({
    cause: detail.cause,
    expired: detail.expired,
    archived: detail.archived,
    untagged: detail.untagged,
    failed: detail.failed,
    ...which(detail),
  })),
  'lifecycle-evaluated': ours('Lifecycle Policy Evaluated', ({ images, expired, archived, failed, planId }) => ({
    images,
    expired,
    archived,
    failed,
    'plan-id': planId,
  })),
  'blob-repaired': ours('Blob Repaired', ({ digest }) => ({ 'blob-digest': digest })),
  'manifests-purged': ours('Manifests Purged', ({ why, digests }) => ({ reason: why, 'image-digests': digests })),
  'repository-purged': ours('Repository Purged', ({ why }) => ({ reason: why })),
  'blobs-collected': ours('Blobs Collected', ({ why, blobs }) => ({ reason: why, blobs: blobs.map(sizedBlob) })),
  'blob-damaged': ours('Blob Damaged', (blob) => ({ ...sizedBlob(blob), finding: blob.finding })),
  'blob-recovered': ours('Blob Recovered', sizedBlob),
  'scrub-stopped': ours('Scrub Stopped', ({ why, checked, wrong }) => ({ reason: why, checked, wrong })),
  'collection-refused': ours('Collection Refused', ({ measure, wouldTake, outOf, share }) => ({
    measure,
    'would-take': wouldTake,
    'out-of': outOf,
    share,
  })),
  ping: ours('Ping', ({ webhook }) => ({ webhook })),
}

/** Any event as EventBridge has it. Members of `detail` that say nothing are left out. */
export function renderEventBridge(event: ToldEvent, origin: EventOrigin): EventBridgeEvent {
  // The row is that of the event's own kind, which its type cannot say for all kinds at once.
  const { source, type, detail } = ROWS[event.kind] as unknown as Row<ToldKind>
  const resource = source === 'lading' ? repositoryArnOf(event, origin) : undefined
  return {
    version: '0',
    id: origin.id,
    'detail-type': type,
    source,
    account: origin.accountId,
    time: `${new Date(event.atMs).toISOString().slice(0, 19)}Z`,
    region: origin.region,
    resources: resource === undefined ? [] : [resource],
    detail: present(detail(event.detail, event)),
  }
}

/** Undefined for an event of no repository. */
export function repositoryArnOf({ repositoryName }: ToldEvent, origin: EventOrigin): string | undefined {
  return repositoryName === undefined ? undefined : repositoryArn(origin, repositoryName)
}

function imageAction({ repositoryName }: ToldEvent, digest: string, action: string): Members {
  return {
    result: 'SUCCESS',
    'repository-name': repositoryName,
    'image-digest': digest,
    'action-type': action,
  }
}

function sizedBlob({ digest, sizeBytes }: { readonly digest: string; readonly sizeBytes: number }): JsonObject {
  return { 'blob-digest': digest, 'size-bytes': sizeBytes }
}

function isoTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}

function present(members: Members): JsonObject {
  const given: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(members)) if (value !== undefined) given[name] = value
  return given
}
