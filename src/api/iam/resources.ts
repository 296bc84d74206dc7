import { identityArn } from '../../core/iam/identity-arn.ts'
import type { Group, Role, User } from '../../ports/metadata/identity.ts'
import type { PermittedKind } from '../../services/iam/get-identity.ts'
import { findProvider } from '../../services/iam/oidc-providers.ts'
import { findManagedPolicy } from '../../services/identity/find-managed-policy.ts'
import type { QueryCall, Resource } from '../query/define-action.ts'

/**
 * The user, group or role of the caller's account that the name names; what a stranger is told of it does not depend
 * on whether it is there.
 */
export async function identityResource(
  { services, caller }: QueryCall,
  kind: PermittedKind,
  name: string,
): Promise<Resource> {
  const { accountId } = caller.principal
  const named = identityArn(accountId, { kind, path: '/', name })
  const found: User | Group | Role | undefined = await services.metadata.findIdentity(accountId, kind, name)
  if (found === undefined) return { arn: named, named }
  return { arn: identityArn(accountId, found), named, tags: found.tags, keys: boundaryKey(found) }
}

function boundaryKey(found: User | Group | Role) {
  return 'boundaryArn' in found && found.boundaryArn !== undefined
    ? { 'iam:permissionsboundary': found.boundaryArn }
    : {}
}

/** The managed policy of the ARN; of those that every account has, its tags are none. */
export async function policyResource({ services, caller }: QueryCall, arn: string): Promise<Resource> {
  const policy = await findManagedPolicy(services.metadata, caller.principal.accountId, arn)
  return { arn, named: arn, tags: policy?.tags ?? [] }
}

export async function providerResource({ services, caller }: QueryCall, arn: string): Promise<Resource> {
  const provider = await findProvider(services.metadata, caller.principal.accountId, arn)
  return { arn, named: arn, tags: provider?.tags ?? [] }
}
