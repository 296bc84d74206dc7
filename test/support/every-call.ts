import { ECR_TABLE, unavailableOperations } from '../../src/api/ecr/table.ts'
import { IAM_TABLE } from '../../src/api/iam/table.ts'
import type { ManageOperation } from '../../src/api/manage/operations.ts'
import { MANAGE_TABLE } from '../../src/api/manage/table.ts'
import { OCI_TABLE } from '../../src/api/oci/table.ts'
import { STS_TABLE } from '../../src/api/sts/table.ts'
import { FOUNDING_POLICY } from '../lifecycle/world.ts'
import { type AwsSignOptions, sendAws } from './aws-requests.ts'
import { MANAGE_BODIES } from './manage-bodies.ts'
import { callManage } from './manage-requests.ts'
import type { TestRegistry } from './test-registry.ts'

/** By what somebody asks at every surface. */
export interface Credential {
  readonly aws: AwsSignOptions
  /** An `Authorization` header for the surfaces that take Basic; null for none. */
  readonly basic: string | null
}

/** What calls are about: those that are there, or others that are not. */
export interface Names {
  /** Of a repository's namespace, a user, a role, a group, a policy and a provider. */
  readonly name: string
  /** Whose registry is asked. */
  readonly registryId: string
  readonly accountId: string
  readonly accessKeyId: string
  readonly digest: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** Without the request's id. */
  readonly headers: readonly (readonly [string, string])[]
}

/** One call for a row of a table, with an input that the row takes. */
export interface Call {
  readonly surface: 'oci' | 'ecr' | 'cloudtrail' | 'sts' | 'iam' | 'manage'
  readonly operation: string
  readonly send: (registry: TestRegistry, by: Credential, names: Names) => Promise<Answer>
}

const ECR_TARGET = 'AmazonEC2ContainerRegistry_V20150921.'
const CLOUDTRAIL_TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.'

export const EVERY_CALL: readonly Call[] = [
  ...ociCalls(),
  ...ecrCalls(),
  ...cloudTrailCalls(),
  ...queryCalls(),
  ...manageCalls(),
]

function ociCalls(): Call[] {
  // Object.keys of a mapped type over the kinds gives the kinds.
  return (Object.keys(OCI_TABLE) as (keyof typeof OCI_TABLE)[]).map((kind) => ({
    surface: 'oci',
    operation: kind,
    send: async (registry, { basic }, names) => {
      const [method, path] = ociRequest(kind, names)
      return await answerOf(await registry.send(method, path, { authorization: basic }))
    },
  }))
}

/** A kind without one does not compile. */
function ociRequest(kind: keyof typeof OCI_TABLE, { name, digest }: Names): readonly [string, string] {
  const at = `/v2/${name}/app`
  const upload = `${at}/blobs/uploads/${'0'.repeat(32)}`
  const requests: { readonly [Kind in keyof typeof OCI_TABLE]: readonly [string, string] } = {
    version: ['GET', '/v2/'],
    'extensions-discover': ['GET', '/v2/_oci/ext/discover'],
    catalog: ['GET', '/v2/_catalog'],
    'tag-list': ['GET', `${at}/tags/list`],
    referrers: ['GET', `${at}/referrers/${digest}`],
    'blob-get': ['GET', `${at}/blobs/${digest}`],
    'blob-head': ['HEAD', `${at}/blobs/${digest}`],
    'blob-delete': ['DELETE', `${at}/blobs/${digest}`],
    'manifest-get': ['GET', `${at}/manifests/v1`],
    'manifest-head': ['HEAD', `${at}/manifests/v1`],
    'manifest-put': ['PUT', `${at}/manifests/v2`],
    'manifest-delete': ['DELETE', `${at}/manifests/v1`],
    'upload-start': ['POST', `${at}/blobs/uploads/`],
    'upload-status': ['GET', upload],
    'upload-append': ['PATCH', upload],
    'upload-finish': ['PUT', `${upload}?digest=${digest}`],
    'upload-cancel': ['DELETE', upload],
  }
  return requests[kind]
}

/** What `api/cloudtrail/handle.ts` answers, which has no table. */
function cloudTrailCalls(): Call[] {
  return [jsonCall('cloudtrail', 'LookupEvents', { target: CLOUDTRAIL_TARGET, input: () => ({}) })]
}

function ecrCalls(): Call[] {
  const unavailable = new Set<string>(unavailableOperations())
  const working = Object.keys(ECR_TABLE).filter((operation) => !unavailable.has(operation))
  return working.map((operation) => jsonCall('ecr', operation, { target: ECR_TARGET, input: ecrInput }))
}

function jsonCall(
  surface: 'ecr' | 'cloudtrail',
  operation: string,
  { target, input }: { readonly target: string; readonly input: (names: Names) => object },
): Call {
  return {
    surface,
    operation,
    send: async (registry, { aws }, names) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}${operation}` }
      const message = { headers, body: JSON.stringify(input(names)) }
      return await answerOf(await sendAws(registry, message, { service: surface, ...aws }))
    },
  }
}

/** Every operation takes it, and passes over what it does not know. */
function ecrInput({ name, digest, registryId }: Names): object {
  return {
    registryId,
    repositoryName: `${name}/app`,
    repositoryNames: [`${name}/app`],
    resourceArn: `arn:aws:ecr:us-east-1:${registryId}:repository/${name}/app`,
    imageManifest: '{}',
    imageIds: [{ imageTag: 'v1' }],
    subjectId: { imageDigest: digest },
    layerDigests: [digest],
    layerDigest: digest,
    uploadId: '00000000-0000-0000-0000-000000000000',
    partFirstByte: 0,
    partLastByte: 0,
    layerPartBlob: 'AA==',
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
    tags: [{ Key: 'k', Value: 'v' }],
    tagKeys: ['k'],
    name: 'BLOB_MOUNTING',
    value: 'DISABLED',
    prefix: name,
    prefixes: [name],
    appliedFor: ['CREATE_ON_PUSH'],
    policyText: '{}',
    lifecyclePolicyText: FOUNDING_POLICY,
    imageId: { imageTag: 'v1' },
    targetStorageClass: 'ARCHIVE',
  }
}

function queryCalls(): Call[] {
  const tables = [
    ['sts', '2011-06-15', STS_TABLE],
    ['iam', '2010-05-08', IAM_TABLE],
  ] as const
  return tables.flatMap(([service, Version, table]) =>
    Object.keys(table).map((Action) => ({
      surface: service,
      operation: Action,
      send: async (registry: TestRegistry, { aws }: Credential, names: Names) => {
        const body = new URLSearchParams({ ...queryInput(names), Version, Action }).toString()
        const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
        return await answerOf(await sendAws(registry, { headers, body }, { service, ...aws }))
      },
    })),
  )
}

function queryInput({ name, registryId, accessKeyId }: Names): Record<string, string> {
  const arn = (kind: string) => `arn:aws:iam::${registryId}:${kind}/${name}`
  return {
    RoleArn: arn('role'),
    RoleSessionName: 'session',
    WebIdentityToken: 'no.identity.token',
    UserName: name,
    GroupName: name,
    RoleName: name,
    AccessKeyId: accessKeyId,
    Status: 'Inactive',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'blue',
    'TagKeys.member.1': 'team',
    AssumeRolePolicyDocument: '{}',
    Description: '',
    PolicyName: 'p',
    PolicyArn: arn('policy'),
    PolicyDocument: '{}',
    PermissionsBoundary: arn('policy'),
    VersionId: 'v1',
    Url: `https://${name}.example`,
    OpenIDConnectProviderArn: `${arn('oidc-provider')}.example`,
    ClientID: 'client',
    'ThumbprintList.member.1': '0'.repeat(40),
    PolicySourceArn: arn('user'),
    'PolicyInputList.member.1': '{}',
    'ActionNames.member.1': 'ecr:PutImage',
  }
}

/** Of no decision. */
const DECISION_ID = '0b52a1de-0000-4000-8000-000000000000'

const PARAMETERS = {
  decisionId: DECISION_ID,
  planId: DECISION_ID,
  setting: 'scanOnPush',
  reference: 'v1',
  tag: 'v1',
}

const SPAN = '?from=2026-08-01T00:00Z&to=2026-08-02T00:00Z'

/** Where something is named by the query. */
const QUERIES: { readonly [Operation in ManageOperation]?: (names: Names) => string } = {
  UntagResource: () => '?key=team',
  DeleteSetting: ({ name }) => `?repository=${name}/app`,
  GetEffectiveSettings: ({ name }) => `?repository=${name}/app`,
  GetSettings: ({ name }) => `?repository=${name}/app`,
  ListNamespaceTagChanges: () => SPAN,
  ListTagChanges: () => SPAN,
  GetUsage: ({ name }) => `?repository=${name}/app`,
  PutSettings: ({ name }) => `?repository=${name}/app`,
}

function manageCalls(): Call[] {
  return Object.values(MANAGE_TABLE).map(({ operation, method, path }) => ({
    surface: 'manage',
    operation,
    send: async (registry, { basic }, names) => {
      const parameters: Readonly<Record<string, string>> = { ...PARAMETERS, ...names, path: `${names.name}%2F` }
      const placed = path.replace('/repositories/{name}', `/repositories/${names.name}%2Fapp`)
      const filled = placed.replace(/\{(\w+)\}/g, (_, parameter: string) => parameters[parameter] ?? 'missing')
      const query = QUERIES[operation]?.(names) ?? ''
      const body = MANAGE_BODIES[operation]
      const sent = { authorization: basic, ...(body !== undefined && { body }) }
      const { status, headers, json } = await callManage(registry, method.toUpperCase(), `${filled}${query}`, sent)
      return { status, text: JSON.stringify(json ?? ''), headers: headersOf(headers) }
    },
  }))
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, text: await response.text(), headers: headersOf(response.headers) }
}

function headersOf(headers: Headers): (readonly [string, string])[] {
  return [...headers].filter(([name]) => name !== 'x-amzn-requestid' && name !== 'content-length')
}
