import { digestOf } from '../../src/core/content-digest.ts'
import { allow, policy } from './accounts.ts'
import { callEcr, callQuery } from './aws-requests.ts'
import { bytesOf, imageManifest, OCI_MANIFEST, pushBlob } from './images.ts'
import { callManage } from './manage-requests.ts'
import type { TestRegistry } from './test-registry.ts'

/** One call that changes something, and what it takes to be made again and again until it succeeds. */
export interface ChangingCall {
  readonly surface: 'ecr' | 'iam' | 'sts' | 'manage' | 'oci'
  /** The row of the surface's table. */
  readonly row: string
  /** As the audit trail has it. */
  readonly name: string
  /** What comes before, and is not looked at. */
  readonly prepare?: (registry: TestRegistry) => Promise<unknown>
  readonly call: (registry: TestRegistry) => Promise<{ readonly status: number }>
}

const ACCOUNT = '000000000000'
const NAME = 'team/app'
const ARN = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/${NAME}`
const IAM = `arn:aws:iam::${ACCOUNT}`
const TEXT = policy(allow('ecr:*'))
const OPEN = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'ecr:*' })
const OPEN_REGISTRY = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'ecr:*', Resource: '*' })
const TRUST = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' })
const PROVIDER = `${IAM}:oidc-provider/ci.example.com`
const IMAGE = imageManifest(['layer'])
const SECOND = imageManifest(['layer', 'second'])

/** What one call answers and a later one needs. */
let remembered = ''

const ecr = (row: string, input: object | (() => object), prepare?: ChangingCall['prepare']): ChangingCall => ({
  surface: 'ecr',
  row,
  name: row,
  ...(prepare !== undefined && { prepare }),
  call: (registry) => callEcr(registry, row, typeof input === 'function' ? input() : input),
})
const query =
  (surface: 'iam' | 'sts') =>
  (row: string, input: Record<string, string> | (() => Record<string, string>) = {}): ChangingCall => ({
    surface,
    row,
    name: row,
    call: async (registry) => {
      const given = typeof input === 'function' ? input() : input
      const answer = await callQuery(registry, row, given, { service: surface })
      remembered = /<AccessKeyId>(\w+)</.exec(answer.xml)?.[1] ?? remembered
      return answer
    },
  })
const iam = query('iam')
const manage = (
  row: string,
  method: string,
  path: () => string,
  body?: object | (() => object),
  prepare?: ChangingCall['prepare'],
): ChangingCall => ({
  surface: 'manage',
  row,
  name: row,
  ...(prepare !== undefined && { prepare }),
  call: async (registry) => {
    const given = typeof body === 'function' ? body() : body
    const answer = await callManage(registry, method, path(), { ...(given !== undefined && { body: given }) })
    remembered = answer.json?.rootKey?.accessKeyId ?? answer.json?.id ?? remembered
    return answer
  },
})
const oci = (
  row: string,
  name: string,
  call: ChangingCall['call'],
  prepare?: ChangingCall['prepare'],
): ChangingCall => ({
  surface: 'oci',
  row,
  name,
  call,
  ...(prepare !== undefined && { prepare }),
})

const part = (text: string) => ({
  partFirstByte: 0,
  partLastByte: text.length - 1,
  layerPartBlob: btoa(text),
  uploadId: remembered,
  repositoryName: NAME,
})

async function initiate(registry: TestRegistry): Promise<void> {
  remembered = (await callEcr(registry, 'InitiateLayerUpload', { repositoryName: NAME })).json.uploadId
}

async function pushBlobs(registry: TestRegistry): Promise<void> {
  for (const blob of [...IMAGE.blobs, ...SECOND.blobs]) await pushBlob(registry, NAME, blob)
}

const put = (image: { text: string }, tag: string) => (registry: TestRegistry) =>
  registry.send('PUT', `/v2/${NAME}/manifests/${tag}`, {
    body: image.text,
    headers: { 'content-type': OCI_MANIFEST },
  })

const named = { repositoryName: NAME }
const LAYER = 'a layer by parts'
const LIFECYCLE_POLICY = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
})

const ECR_CALLS: readonly ChangingCall[] = [
  ecr('CreateRepository', named),
  ecr('TagResource', { resourceArn: ARN, tags: [{ Key: 'a', Value: 'b' }] }),
  ecr('UntagResource', { resourceArn: ARN, tagKeys: ['a'] }),
  ecr('PutImageTagMutability', { ...named, imageTagMutability: 'MUTABLE' }),
  ecr('PutImageScanningConfiguration', { ...named, imageScanningConfiguration: { scanOnPush: true } }),
  ecr('SetRepositoryPolicy', { ...named, policyText: OPEN }),
  ecr('DeleteRepositoryPolicy', named),
  ecr('PutRegistryPolicy', { policyText: OPEN_REGISTRY }),
  ecr('DeleteRegistryPolicy', {}),
  ecr('PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' }),
  ecr('CreateRepositoryCreationTemplate', { prefix: 'x', appliedFor: ['CREATE_ON_PUSH'] }),
  ecr('UpdateRepositoryCreationTemplate', { prefix: 'x', description: 'y' }),
  ecr('DeleteRepositoryCreationTemplate', { prefix: 'x' }),
  ecr('InitiateLayerUpload', named),
  ecr(
    'CompleteLayerUpload',
    () => ({ ...named, uploadId: remembered, layerDigests: [digestOf(bytesOf(LAYER))] }),
    async (registry) => {
      await initiate(registry)
      await callEcr(registry, 'UploadLayerPart', part(LAYER))
    },
  ),
  ecr('PutImage', { ...named, imageManifest: IMAGE.text, imageTag: 'v1' }, pushBlobs),
  ecr('PutLifecyclePolicy', { ...named, lifecyclePolicyText: LIFECYCLE_POLICY }),
  ecr('StartLifecyclePolicyPreview', named),
  ecr('DeleteLifecyclePolicy', named),
  ecr('UpdateImageStorageClass', { ...named, imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE' }),
  ecr('BatchDeleteImage', { ...named, imageIds: [{ imageTag: 'v1' }] }),
]

const repository = `/repositories/${encodeURIComponent(NAME)}`
const idle: ChangingCall['prepare'] = (registry) => registry.services.background.idle()

const REPOSITORY_CALLS: readonly ChangingCall[] = [
  manage('PutLifecyclePolicy', 'PUT', () => `${repository}/lifecycle-policy`, { policy: JSON.parse(LIFECYCLE_POLICY) }),
  manage('CreatePlan', 'POST', () => `${repository}/plans`, {}, idle),
  manage('ApplyPlan', 'POST', () => `${repository}/plans/${remembered}/apply`, undefined, idle),
  manage('UndoPlan', 'POST', () => `${repository}/plans/${remembered}/undo`, undefined, idle),
  manage('DeleteLifecyclePolicy', 'DELETE', () => `${repository}/lifecycle-policy`, undefined, idle),
  manage('LockImage', 'PUT', () => `${repository}/locks/v2`, { reason: 'it runs', owner: 'team blue' }),
  manage('UnlockImage', 'DELETE', () => `${repository}/locks/v2`),
  manage('RollBackTag', 'POST', () => `${repository}/tags/v2/rollback`, { to: '2100-01-01T00:00Z' }),
]

const OCI_CALLS: readonly ChangingCall[] = [
  oci('upload-finish', 'CompleteLayerUpload', (registry) =>
    registry.send('POST', `/v2/${NAME}/blobs/uploads/?digest=${digestOf(bytesOf('blob'))}`, { body: 'blob' }),
  ),
  oci('blob-delete', 'BatchDeleteImage', (registry) =>
    registry.send('DELETE', `/v2/${NAME}/blobs/${digestOf(bytesOf('blob'))}`),
  ),
  oci('manifest-put', 'PutImage', put(SECOND, 'v2'), pushBlobs),
  ...REPOSITORY_CALLS,
  oci('manifest-delete', 'BatchDeleteImage', (registry) =>
    registry.send('DELETE', `/v2/${NAME}/manifests/${SECOND.digest}`),
  ),
]

const LAST_ECR_CALLS: readonly ChangingCall[] = [ecr('DeleteRepository', { ...named, force: true })]

const user = { UserName: 'bob' }
const group = { GroupName: 'devs' }
const role = { RoleName: 'ci' }
const managed = { PolicyArn: `${IAM}:policy/all` }
const text = { PolicyName: 'inline', PolicyDocument: TEXT }
const boundary = { PermissionsBoundary: managed.PolicyArn }
const tag = { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' }
const untag = { 'TagKeys.member.1': 'a' }
const provider = { OpenIDConnectProviderArn: PROVIDER }
const print = { 'ThumbprintList.member.1': '0123456789abcdef0123456789abcdef01234567' }

const IAM_CALLS: readonly ChangingCall[] = [
  iam('CreateUser', user),
  iam('CreateGroup', group),
  iam('CreateRole', { ...role, AssumeRolePolicyDocument: TRUST }),
  iam('CreatePolicy', { PolicyName: 'all', PolicyDocument: TEXT }),
  iam('CreatePolicyVersion', { ...managed, PolicyDocument: TEXT }),
  iam('SetDefaultPolicyVersion', { ...managed, VersionId: 'v2' }),
  iam('DeletePolicyVersion', { ...managed, VersionId: 'v1' }),
  iam('AddUserToGroup', { ...user, ...group }),
  iam('RemoveUserFromGroup', { ...user, ...group }),
  ...[user, group, role].flatMap((one) => {
    const kind = one === user ? 'User' : one === group ? 'Group' : 'Role'
    return [
      iam(`Attach${kind}Policy`, { ...one, ...managed }),
      iam(`Detach${kind}Policy`, { ...one, ...managed }),
      iam(`Put${kind}Policy`, { ...one, ...text }),
      iam(`Delete${kind}Policy`, { ...one, PolicyName: 'inline' }),
    ]
  }),
  iam('PutUserPermissionsBoundary', { ...user, ...boundary }),
  iam('DeleteUserPermissionsBoundary', user),
  iam('PutRolePermissionsBoundary', { ...role, ...boundary }),
  iam('DeleteRolePermissionsBoundary', role),
  iam('TagUser', { ...user, ...tag }),
  iam('UntagUser', { ...user, ...untag }),
  iam('TagRole', { ...role, ...tag }),
  iam('UntagRole', { ...role, ...untag }),
  iam('TagPolicy', { ...managed, ...tag }),
  iam('UntagPolicy', { ...managed, ...untag }),
  iam('UpdateUser', { ...user, NewPath: '/x/' }),
  iam('UpdateGroup', { ...group, NewPath: '/x/' }),
  iam('UpdateRole', { ...role, Description: 'x' }),
  iam('UpdateRoleDescription', { ...role, Description: 'y' }),
  iam('UpdateAssumeRolePolicy', { ...role, PolicyDocument: TRUST }),
  iam('CreateAccessKey', user),
  iam('UpdateAccessKey', () => ({ ...user, AccessKeyId: remembered, Status: 'Inactive' })),
  iam('DeleteAccessKey', () => ({ ...user, AccessKeyId: remembered })),
  iam('CreateOpenIDConnectProvider', { Url: 'https://ci.example.com', 'ClientIDList.member.1': 'lading' }),
  iam('AddClientIDToOpenIDConnectProvider', { ...provider, ClientID: 'other' }),
  iam('RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID: 'other' }),
  iam('UpdateOpenIDConnectProviderThumbprint', { ...provider, ...print }),
  iam('TagOpenIDConnectProvider', { ...provider, ...tag }),
  iam('UntagOpenIDConnectProvider', { ...provider, ...untag }),
  iam('DeleteOpenIDConnectProvider', provider),
]

const MANAGE_CALLS: readonly ChangingCall[] = [
  manage('CreateAccount', 'POST', () => '/accounts', { accountId: '123456789012', name: 'Team' }),
  manage('UpdateAccount', 'PATCH', () => '/accounts/123456789012', { name: 'Blue' }),
  manage('CreateAccountRootKey', 'POST', () => '/accounts/123456789012/root-keys'),
  manage('DeleteAccountRootKey', 'DELETE', () => `/accounts/123456789012/root-keys/${remembered}`),
  manage('PutOidcProvider', 'PUT', () => '/oidc-providers/ci', {
    issuer: 'https://issuer.example.com',
    clientIds: ['lading'],
  }),
  manage('DeleteOidcProvider', 'DELETE', () => '/oidc-providers/ci'),
  manage('PutWebhook', 'PUT', () => '/webhooks/ci', { url: 'https://hooks.example.com/' }),
  manage('RotateWebhookSecret', 'POST', () => '/webhooks/ci/rotate-secret', {}),
  manage('ReplayDeadLetters', 'POST', () => '/webhooks/ci/dead-letters/replay', {}),
  manage('DropDeadLetters', 'POST', () => '/webhooks/ci/dead-letters/drop', {}),
  manage('DeleteWebhook', 'DELETE', () => '/webhooks/ci'),
  manage('RevokeUserSessions', 'POST', () => '/users/bob/revoke-sessions'),
  manage('RevokeRoleSessions', 'POST', () => '/roles/ci/revoke-sessions'),
]

/** There is no repository any more by then. */
const SETTINGS = { settings: { repositoryPolicy: { value: OPEN }, quota: { value: { images: 9 } } } }
const SETTING_CALLS: readonly ChangingCall[] = [
  manage('PutSettings', 'PUT', () => '/settings?namespace=team/', SETTINGS),
  manage('DeleteSetting', 'DELETE', () => '/settings/repositoryPolicy?namespace=team/'),
  manage('PutInstallationSettings', 'PUT', () => '/installation/settings', SETTINGS),
  manage('DeleteInstallationSetting', 'DELETE', () => '/installation/settings/quota'),
]

const MADE = '/repositories/team%2Fmade'
const REPOSITORY_LIFE: readonly ChangingCall[] = [
  manage('CreateRepository', 'POST', () => '/repositories', { name: 'team/made' }),
  manage('TagResource', 'PUT', () => `${MADE}/resource-tags`, { resourceTags: [{ key: 'a', value: 'b' }] }),
  manage('UntagResource', 'DELETE', () => `${MADE}/resource-tags?key=a`),
  manage('DeleteRepository', 'DELETE', () => MADE),
]

const LAST_IAM_CALLS: readonly ChangingCall[] = [
  iam('DeleteUser', user),
  iam('DeleteGroup', group),
  iam('DeleteRole', role),
  iam('DeletePolicy', managed),
]

/** Every one that succeeds, in an order in which they do. */
export const CHANGING_CALLS: readonly ChangingCall[] = [
  ...ECR_CALLS,
  ...OCI_CALLS,
  ...LAST_ECR_CALLS,
  ...IAM_CALLS,
  ...MANAGE_CALLS,
  ...SETTING_CALLS,
  ...REPOSITORY_LIFE,
  ...LAST_IAM_CALLS,
]

/** Those that change nothing in the metadata, so that there is no transaction that the record could be in. */
export const NOTED_CALLS: readonly ChangingCall[] = [
  ecr('UploadLayerPart', () => part(LAYER), initiate),
  query('sts')('GetSessionToken'),
  {
    ...manage('TestWebhook', 'POST', () => '/webhooks/ci/test'),
    prepare: async (registry) => {
      await callManage(registry, 'PUT', '/webhooks/ci', { body: { url: 'https://hooks.example.com/' } })
    },
  },
]
