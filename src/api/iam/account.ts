import {
  GROUP_INLINE_POLICIES_CHARS,
  MANAGED_POLICY_CHARS,
  MOST_TRUST_POLICY_CHARS,
  ROLE_INLINE_POLICIES_CHARS,
  USER_INLINE_POLICIES_CHARS,
} from '../../core/policy/policy-limits.ts'
import { MOST_KEYS_PER_USER } from '../../services/iam/access-keys.ts'
import { MOST_ATTACHED } from '../../services/iam/attachments.ts'
import { MOST_GROUPS, MOST_GROUPS_PER_USER } from '../../services/iam/groups.ts'
import { MOST_POLICIES } from '../../services/iam/managed-policies.ts'
import { MOST_VERSIONS } from '../../services/iam/policy-versions.ts'
import { MOST_ROLES } from '../../services/iam/roles.ts'
import { MOST_USERS } from '../../services/iam/users.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import { parsePage } from './parameters.ts'

/** `ListAccountAliases`: accounts have none here. */
export const listAccountAliases = defineIamAction('ListAccountAliases', {
  changes: false,
  parse: (inputs) => parsePage(inputs),
  handle: async () => ({ AccountAliases: [], IsTruncated: false }),
})

/** `GetAccountSummary`: how much of everything there is, and may be. */
export const getAccountSummary = defineIamAction('GetAccountSummary', {
  changes: false,
  parse: () => undefined,
  handle: async (call) => ({ SummaryMap: new Map([...(await counts(call)), ...Object.entries(QUOTAS)]) }),
})

const QUOTAS = {
  UsersQuota: MOST_USERS,
  GroupsQuota: MOST_GROUPS,
  RolesQuota: MOST_ROLES,
  PoliciesQuota: MOST_POLICIES,
  VersionsPerPolicyQuota: MOST_VERSIONS,
  AttachedPoliciesPerUserQuota: MOST_ATTACHED,
  AttachedPoliciesPerGroupQuota: MOST_ATTACHED,
  AttachedPoliciesPerRoleQuota: MOST_ATTACHED,
  GroupsPerUserQuota: MOST_GROUPS_PER_USER,
  AccessKeysPerUserQuota: MOST_KEYS_PER_USER,
  UserPolicySizeQuota: USER_INLINE_POLICIES_CHARS,
  GroupPolicySizeQuota: GROUP_INLINE_POLICIES_CHARS,
  RolePolicySizeQuota: ROLE_INLINE_POLICIES_CHARS,
  PolicySizeQuota: MANAGED_POLICY_CHARS,
  AssumeRolePolicySizeQuota: MOST_TRUST_POLICY_CHARS,
  MFADevices: 0,
  MFADevicesInUse: 0,
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
}

async function counts({ services, caller }: QueryCall): Promise<[string, number][]> {
  const { metadata, defaultRegistry } = services
  const { accountId } = caller.principal
  const rootKeys = await metadata.countIdentities(accountId, 'access-key', { ownerId: accountId })
  // The account of the installation always has the root key that is kept beside the data.
  const hasRootKey = rootKeys > 0 || accountId === defaultRegistry.accountId
  return [
    ['Users', await metadata.countIdentities(accountId, 'user')],
    ['Groups', await metadata.countIdentities(accountId, 'group')],
    ['Roles', await metadata.countIdentities(accountId, 'role')],
    ['Policies', await metadata.countIdentities(accountId, 'policy')],
    ['Providers', await metadata.countIdentities(accountId, 'oidc-provider')],
    ['AccountAccessKeysPresent', hasRootKey ? 1 : 0],
  ]
}
