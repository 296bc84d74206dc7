import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { CallFacts } from '../../services/audit/audited-call.ts'
import type { OciCall } from './call.ts'
import { describeCall } from './describe-call.ts'
import type { OciRequest } from './registry-call.ts'

/**
 * What each kind of call leaves in the audit trail. Pulls are noted where their bytes go out, and summed up; what only
 * prepares (an upload that begins or goes on) shows nothing to anybody, and its end has a record.
 */
const NAMES: { readonly [Kind in OciCall['kind']]: { name: string; readOnly: boolean } | undefined } = {
  version: undefined,
  'extensions-discover': undefined,
  catalog: { name: 'DescribeRepositories', readOnly: true },
  'tag-list': { name: 'ListImages', readOnly: true },
  referrers: { name: 'ListImageReferrers', readOnly: true },
  'blob-get': undefined,
  'blob-head': undefined,
  'blob-delete': { name: 'BatchDeleteImage', readOnly: false },
  'manifest-get': undefined,
  'manifest-head': undefined,
  'manifest-put': { name: 'PutImage', readOnly: false },
  'manifest-delete': { name: 'BatchDeleteImage', readOnly: false },
  'upload-start': undefined,
  'upload-status': undefined,
  'upload-append': undefined,
  'upload-finish': { name: 'CompleteLayerUpload', readOnly: false },
  'upload-cancel': undefined,
}

/** @returns undefined for a call that leaves no record of its own */
export function auditFacts({ caller: { registry } }: OciRequest, call: OciCall): CallFacts | undefined {
  const named = isWholeUpload(call) ? NAMES['upload-finish'] : NAMES[call.kind]
  if (named === undefined) return undefined
  const { accountId } = registry
  const resources =
    'name' in call ? [{ ARN: repositoryArn(registry, call.name), accountId, type: 'AWS::ECR::Repository' }] : undefined
  return {
    source: 'ecr.amazonaws.com',
    ...named,
    parameters: describeCall(call),
    ...(resources !== undefined && { resources }),
    detail: { protocol: 'oci', operation: call.kind },
  }
}

/** With a digest or a mount it may end what it begins. */
function isWholeUpload(call: OciCall): boolean {
  return call.kind === 'upload-start' && (call.digest ?? call.mount) !== undefined
}
