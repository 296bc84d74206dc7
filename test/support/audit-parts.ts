import type { AuditParts } from '../../src/core/audit/audit-record.ts'
import { rootPrincipal } from '../../src/core/principal.ts'

export const AUDIT_ACCOUNT = '000000000000'

/** A pull of a manifest, as the OCI surface would tell it. @param number makes ids of it */
export function pullParts(number: number, change: Partial<AuditParts> = {}): AuditParts {
  const accountId = change.accountId ?? AUDIT_ACCOUNT
  return {
    // Unlike what `CountingIds` gives.
    eventId: `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    atMs: 1_767_225_600_000 + number,
    requestId: `request-${number}`,
    caller: rootPrincipal(accountId, 'AKIATESTTESTTESTTEST'),
    source: 'ecr.amazonaws.com',
    name: 'BatchGetImage',
    region: 'us-east-1',
    accountId,
    readOnly: true,
    sourceAddress: '192.0.2.1',
    userAgent: 'containerd/2.1.0',
    parameters: { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] },
    resources: [
      { ARN: `arn:aws:ecr:us-east-1:${accountId}:repository/team/app`, accountId, type: 'AWS::ECR::Repository' },
    ],
    detail: { protocol: 'oci', operation: 'manifest-get', tag: 'v1', bytes: 1234 },
    ...change,
  }
}
