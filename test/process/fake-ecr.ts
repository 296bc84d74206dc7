import { digestFromHex } from '../../src/core/digest.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../support/images.ts'
import { type FakeEndpoint, type SeenRequest, startFakeEndpoint } from './fake-endpoint.ts'

/** A registry with ECR's habits that ours does not have: it throttles, its pages are short, its answers have a bound. */
export interface FakeEcr extends FakeEndpoint {
  /** What was asked for, by name. */
  readonly operations: () => string[]
}

const PREFIX = 'AmazonEC2ContainerRegistry_V20150921.'
const PAGE = 100
/** How many manifests fit one answer. */
const FITS = 60

/** Index `n` holds image `n`; the images are untagged. */
export function startFakeEcr({ indexes, throttleEvery }: { indexes: number; throttleEvery: number }): FakeEcr {
  let count = 0
  const operations: string[] = []
  const fake = startFakeEndpoint((request) => {
    const operation = request.headers.get('x-amz-target')?.slice(PREFIX.length) ?? ''
    operations.push(operation)
    if (++count % throttleEvery === 0) return problem('ThrottlingException', 'Rate exceeded')
    return answer(operation, JSON.parse(request.body), indexes)
  })
  return { ...fake, operations: () => operations, [Symbol.asyncDispose]: fake[Symbol.asyncDispose] }
}

export function fakeDigest(kind: 'index' | 'image', place: number): string {
  return digestFromHex('sha256', `${kind === 'index' ? '1' : '2'}${String(place).padStart(63, '0')}`)
}

export function seenAuthorization({ headers }: SeenRequest): string {
  return headers.get('authorization') ?? ''
}

type Input = Readonly<Record<string, unknown>> & {
  readonly nextToken?: string
  readonly repositoryName?: string
  readonly imageIds?: readonly { readonly imageDigest: string }[]
}

function answer(operation: string, input: Input, indexes: number): Response {
  const from = Number(input.nextToken ?? 0)
  const next = (length: number) => (from + PAGE < length ? { nextToken: String(from + PAGE) } : {})
  if (operation === 'DescribeRepositories') {
    const names = Array.from({ length: 150 }, (_, place) => `app-${place}`)
    const page = names.slice(from, from + PAGE)
    return Response.json({ repositories: page.map((repositoryName) => ({ repositoryName })), ...next(names.length) })
  }
  if (operation === 'GetLifecyclePolicy') return policyOf(input.repositoryName ?? '')
  if (operation === 'DescribeImages') {
    const details = input.repositoryName === 'app-0' ? detailsOf(indexes) : []
    return Response.json({ imageDetails: details.slice(from, from + PAGE), ...next(details.length) })
  }
  if (operation === 'BatchGetImage') return manifestsOf(input.imageIds ?? [])
  return problem('UnknownOperationException', operation)
}

function policyOf(repositoryName: string): Response {
  if (repositoryName === 'app-3') return problem('AccessDeniedException', 'You may not.')
  if (repositoryName !== 'app-0') return problem('LifecyclePolicyNotFoundException', 'There is none.')
  const selection = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 }
  const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] })
  return Response.json({ lifecyclePolicyText })
}

function detailsOf(indexes: number): object[] {
  return Array.from({ length: indexes }, (_, place) => [
    {
      imageDigest: fakeDigest('index', place),
      imageTags: [`v${place}`],
      imageManifestMediaType: OCI_INDEX,
      imagePushedAt: 1_700_000_000.25,
    },
    {
      imageDigest: fakeDigest('image', place),
      imageManifestMediaType: OCI_MANIFEST,
      imagePushedAt: 1_700_000_000,
      lastRecordedPullTime: 1_700_000_100,
      imageSizeInBytes: 1000,
    },
  ]).flat()
}

function manifestsOf(ids: readonly { readonly imageDigest: string }[]): Response {
  if (ids.length > 100) return problem('InvalidParameterException', 'at most 100')
  const images = ids.slice(0, FITS).map(({ imageDigest }) => {
    const digest = `sha256:2${imageDigest.slice('sha256:'.length + 1)}`
    const imageManifest = JSON.stringify({ mediaType: OCI_INDEX, manifests: [{ digest, mediaType: OCI_MANIFEST }] })
    return { imageId: { imageDigest }, imageManifest }
  })
  const failures = ids.slice(FITS).map((imageId) => ({ imageId, failureCode: 'ImageInaccessible' }))
  return Response.json({ images, failures })
}

function problem(type: string, message: string): Response {
  return Response.json({ __type: type, message }, { status: 400 })
}
