import { describe, expect, test } from 'bun:test'
import { parseDigest } from '../digest.ts'
import { parseTag } from '../tag.ts'
import { renderCloudEvent } from './cloud-event.ts'
import { renderEventBridge } from './event-bridge.ts'
import type { EventDetails, ToldEvent, ToldKind } from './event-details.ts'
import { eventId } from './event-id.ts'

const digest = parseDigest(`sha256:${'7f'.repeat(32)}`)
const other = parseDigest(`sha256:${'8a'.repeat(32)}`)
const tag = parseTag('latest')
const ORIGIN = { id: '13cde686-328b-6117-af20-0e5566167482', accountId: '123456789012', region: 'us-west-2' }
const ARN = 'arn:aws:ecr:us-west-2:123456789012:repository/my-repository-name'
const AT_MS = Date.parse('2019-11-16T01:54:34.567Z')
const IMAGE = { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' }

type Case<Kind extends ToldKind> = readonly [
  detail: EventDetails[Kind],
  told: { readonly type: string; readonly detail: object; readonly subject?: string },
]
/** What every event of ours says of where and who. */
const OURS = { 'repository-name': 'my-repository-name', principal: 'arn:aws:iam::123456789012:root' }
/** What every event of ECR's on an image begins with (ecr.md 4.4). */
const ECR = { result: 'SUCCESS', 'repository-name': 'my-repository-name', 'image-digest': digest }

/** A kind without a row does not compile. */
const CASES: { readonly [Kind in ToldKind]: readonly Case<Kind>[] } = {
  'image-pushed': [
    [
      { ...IMAGE, tag, requestId: 'r' },
      {
        type: 'ECR Image Action',
        detail: { ...ECR, 'action-type': 'PUSH', 'image-tag': 'latest' },
        subject: 'my-repository-name:latest',
      },
    ],
    [
      { ...IMAGE, requestId: 'r' },
      {
        type: 'ECR Image Action',
        detail: { ...ECR, 'action-type': 'PUSH' },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'manifest-deleted': [
    [
      { digest, tags: [tag], tagCount: 1, requestId: 'r' },
      {
        type: 'ECR Image Action',
        detail: { ...ECR, 'action-type': 'DELETE', 'image-tag': 'latest' },
        subject: 'my-repository-name:latest',
      },
    ],
    [
      { digest, tags: [tag, parseTag('v1')], tagCount: 2 },
      {
        type: 'ECR Image Action',
        detail: { ...ECR, 'action-type': 'DELETE', 'image-tag': 'latest', 'image-tags': ['latest', 'v1'] },
        subject: 'my-repository-name:latest',
      },
    ],
    [
      { digest, tags: [], tagCount: 0 },
      {
        type: 'ECR Image Action',
        detail: { ...ECR, 'action-type': 'DELETE' },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'image-archived': [
    [
      { ...IMAGE, artifactType: 'application/vnd.oci.image.config.v1+json' },
      {
        type: 'ECR Image Action',
        detail: {
          ...ECR,
          'action-type': 'UPDATE_STORAGE_CLASS',
          'target-storage-class': 'ARCHIVE',
          'manifest-media-type': IMAGE.mediaType,
          'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
        },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'image-restored': [
    [
      { ...IMAGE, lastActivatedAtMs: AT_MS },
      {
        type: 'ECR Image Action',
        detail: {
          ...ECR,
          'action-type': 'UPDATE_STORAGE_CLASS',
          'target-storage-class': 'STANDARD',
          'manifest-media-type': IMAGE.mediaType,
          'last-activated-at': '2019-11-16T01:54:34.567Z',
        },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'referrer-pushed': [
    [
      { ...IMAGE, artifactType: 'application/spdx+json', subject: other, requestId: 'r' },
      {
        type: 'ECR Referrer Action',
        detail: {
          ...ECR,
          'action-type': 'PUSH',
          'manifest-media-type': IMAGE.mediaType,
          'artifact-media-type': 'application/spdx+json',
        },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'repository-created': [
    [{ requestId: 'r' }, { type: 'Lading Repository Created', detail: { ...OURS, 'request-id': 'r' } }],
  ],
  'repository-changed': [
    [
      { tagMutability: { mode: 'IMMUTABLE', exclusionFilters: [] }, requestId: 'r' },
      {
        type: 'Lading Repository Changed',
        detail: { ...OURS, 'image-tag-mutability': 'IMMUTABLE', 'request-id': 'r' },
      },
    ],
  ],
  'repository-deleted': [
    [
      { hasImages: true, requestId: 'r' },
      { type: 'Lading Repository Deleted', detail: { ...OURS, 'has-images': true, 'request-id': 'r' } },
    ],
  ],
  'repository-undeleted': [
    [
      { planId: 'p', requestId: 'r' },
      { type: 'Lading Repository Restored', detail: { ...OURS, 'plan-id': 'p', 'request-id': 'r' } },
    ],
  ],
  'tag-deleted': [
    [
      { tag, requestId: 'r' },
      {
        type: 'Lading Tag Deleted',
        detail: { ...OURS, 'image-tag': 'latest', 'request-id': 'r' },
        subject: 'my-repository-name:latest',
      },
    ],
  ],
  'image-undeleted': [
    [
      { digest, tags: [tag], planId: 'p' },
      {
        type: 'Lading Image Undeleted',
        detail: { ...OURS, 'image-digest': digest, 'image-tags': ['latest'], 'plan-id': 'p' },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'tag-rolled-back': [
    [
      { tag, from: digest, to: other, asOfMs: AT_MS },
      {
        type: 'Lading Tag Rolled Back',
        detail: {
          ...OURS,
          'image-tag': 'latest',
          'previous-image-digest': digest,
          'image-digest': other,
          'as-of': '2019-11-16T01:54:34.567Z',
        },
        subject: 'my-repository-name:latest',
      },
    ],
  ],
  'image-locked': [
    [
      { tag, reason: 'evidence', owner: 'legal' },
      {
        type: 'Lading Image Locked',
        detail: { ...OURS, 'image-tag': 'latest', reason: 'evidence', owner: 'legal' },
        subject: 'my-repository-name:latest',
      },
    ],
  ],
  'image-unlocked': [
    [
      { digest },
      {
        type: 'Lading Image Unlocked',
        detail: { ...OURS, 'image-digest': digest },
        subject: `my-repository-name@${digest}`,
      },
    ],
  ],
  'plan-waiting': [
    [
      { planId: 'p', wouldTake: 60, outOf: 100, share: 0.5 },
      {
        type: 'Lading Plan Waiting',
        detail: { ...OURS, 'plan-id': 'p', 'would-take': 60, 'out-of': 100, share: 0.5 },
      },
    ],
  ],
  'plan-applied': [
    [
      { planId: 'p', cause: 'lifecycle', expired: 3, archived: 2, untagged: 1, failed: 0 },
      {
        type: 'Lading Plan Applied',
        detail: { ...OURS, cause: 'lifecycle', expired: 3, archived: 2, untagged: 1, failed: 0, 'plan-id': 'p' },
      },
    ],
  ],
  'lifecycle-evaluated': [
    [
      { images: 9, expired: 0, archived: 0, failed: 0 },
      { type: 'Lading Lifecycle Policy Evaluated', detail: { ...OURS, images: 9, expired: 0, archived: 0, failed: 0 } },
    ],
  ],
  'blob-repaired': [[{ digest }, { type: 'Lading Blob Repaired', detail: { ...OURS, 'blob-digest': digest } }]],
  'manifests-purged': [
    [
      { why: 'w', digests: [digest] },
      { type: 'Lading Manifests Purged', detail: { ...OURS, reason: 'w', 'image-digests': [digest] } },
    ],
  ],
  'repository-purged': [[{ why: 'w' }, { type: 'Lading Repository Purged', detail: { ...OURS, reason: 'w' } }]],
  'blobs-collected': [
    [
      { why: 'w', blobs: [{ digest, sizeBytes: 5 }] },
      {
        type: 'Lading Blobs Collected',
        detail: { ...OURS, reason: 'w', blobs: [{ 'blob-digest': digest, 'size-bytes': 5 }] },
      },
    ],
  ],
  'blob-damaged': [
    [
      { digest, finding: 'missing', sizeBytes: 5 },
      {
        type: 'Lading Blob Damaged',
        detail: { ...OURS, 'blob-digest': digest, 'size-bytes': 5, finding: 'missing' },
      },
    ],
  ],
  'blob-recovered': [
    [
      { digest, sizeBytes: 5 },
      { type: 'Lading Blob Recovered', detail: { ...OURS, 'blob-digest': digest, 'size-bytes': 5 } },
    ],
  ],
  'scrub-stopped': [
    [
      { why: 'w', checked: 9, wrong: 8 },
      { type: 'Lading Scrub Stopped', detail: { ...OURS, reason: 'w', checked: 9, wrong: 8 } },
    ],
  ],
  'collection-refused': [
    [
      { measure: 'blobs', wouldTake: 9, outOf: 10, share: 0.5, floor: 1 },
      {
        type: 'Lading Collection Refused',
        detail: { ...OURS, measure: 'blobs', 'would-take': 9, 'out-of': 10, share: 0.5 },
      },
    ],
  ],
  ping: [[{ webhook: 'ci' }, { type: 'Lading Ping', detail: { ...OURS, webhook: 'ci' } }]],
}

const told = (kind: ToldKind, detail: object): ToldEvent => {
  const place = { atMs: AT_MS, repositoryName: 'my-repository-name', principal: 'arn:aws:iam::123456789012:root' }
  // The table pairs kinds with their details.
  return { kind, ...place, detail: detail as never }
}

describe.each(Object.entries(CASES))('%s', (name, cases) => {
  // Object.entries forgets that its keys are kinds.
  const kind = name as ToldKind

  test('as EventBridge has it, to the last member', () => {
    for (const [detail, { type, detail: expected }] of cases) {
      const isEcr = type.startsWith('ECR ')
      expect(renderEventBridge(told(kind, detail), ORIGIN)).toEqual({
        version: '0',
        id: ORIGIN.id,
        'detail-type': type,
        source: isEcr ? 'aws.ecr' : 'lading',
        account: '123456789012',
        time: '2019-11-16T01:54:34Z',
        region: 'us-west-2',
        resources: isEcr ? [] : [ARN],
        // Equal to the last member: a type of its own would only repeat the table.
        detail: expected as never,
      })
    }
  })

  test('as CloudEvents has it', () => {
    for (const [detail, { detail: data, subject }] of cases) {
      expect(renderCloudEvent(told(kind, detail), ORIGIN)).toEqual({
        specversion: '1.0',
        id: ORIGIN.id,
        source: ARN,
        type: `dev.lading.${kind}`,
        ...(subject !== undefined && { subject }),
        time: '2019-11-16T01:54:34.567Z',
        datacontenttype: 'application/json',
        // As above.
        data: data as never,
      })
    }
  })
})

test('what is no repository’s has no resource, and comes from the registry', () => {
  const event = { ...told('blob-recovered', { digest, sizeBytes: 5 }), repositoryName: undefined, principal: undefined }
  const { resources, detail } = renderEventBridge(event, ORIGIN)
  expect([resources, detail]).toEqual([[], { 'blob-digest': digest, 'size-bytes': 5 }])
  const { source, subject } = renderCloudEvent(event, ORIGIN)
  expect([source, subject]).toEqual(['arn:aws:lading:us-west-2:123456789012:registry', undefined])
})

test('eventId() is a UUID, the same for the same event and another for any other', () => {
  const id = eventId('here', 1)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(eventId('here', 1)).toBe(id)
  expect(new Set([id, eventId('here', 2), eventId('there', 1)]).size).toBe(3)
})

test('docs/events.md names every kind', async () => {
  const page = await Bun.file(`${import.meta.dir}/../../../docs/events.md`).text()
  expect(Object.keys(CASES).filter((kind) => !page.includes(`\`${kind}\``))).toEqual([])
})
