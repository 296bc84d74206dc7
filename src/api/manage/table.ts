import { createAccount } from './create-account.ts'
import { createAccountRootKey } from './create-account-root-key.ts'
import type { ManageRow } from './define-operation.ts'
import { deleteAccountRootKey } from './delete-account-root-key.ts'
import { deleteOidcProvider } from './delete-oidc-provider.ts'
import { explainDecision } from './explain-decision.ts'
import { exportAudit } from './export-audit.ts'
import { getAccount } from './get-account.ts'
import { getAccountCosts } from './get-account-costs.ts'
import { getAuditKeys } from './get-audit-keys.ts'
import { getImage } from './get-image.ts'
import { getInstallationCosts } from './get-installation-costs.ts'
import { getNamespaceCosts } from './get-namespace-costs.ts'
import { getOidcProvider } from './get-oidc-provider.ts'
import { getRepositoryCosts } from './get-repository-costs.ts'
import { getTagReport } from './get-tag-report.ts'
import { listAccounts } from './list-accounts.ts'
import { listOidcProviders } from './list-oidc-providers.ts'
import type { ManageOperation } from './operations.ts'
import { putOidcProvider } from './put-oidc-provider.ts'
import { revokeRoleSessions } from './revoke-role-sessions.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { updateAccount } from './update-account.ts'
import { validatePolicy } from './validate-policy.ts'
import { weighDeletion } from './weigh-deletion.ts'

/** Every operation and what answers it. */
export const MANAGE_TABLE: { readonly [Operation in ManageOperation]: ManageRow<Operation> } = {
  CreateAccount: createAccount,
  CreateAccountRootKey: createAccountRootKey,
  DeleteAccountRootKey: deleteAccountRootKey,
  DeleteOidcProvider: deleteOidcProvider,
  ExplainDecision: explainDecision,
  ExportAudit: exportAudit,
  GetAccount: getAccount,
  GetAccountCosts: getAccountCosts,
  GetAuditKeys: getAuditKeys,
  GetImage: getImage,
  GetInstallationCosts: getInstallationCosts,
  GetNamespaceCosts: getNamespaceCosts,
  GetOidcProvider: getOidcProvider,
  GetRepositoryCosts: getRepositoryCosts,
  GetTagReport: getTagReport,
  ListAccounts: listAccounts,
  ListOidcProviders: listOidcProviders,
  PutOidcProvider: putOidcProvider,
  RevokeRoleSessions: revokeRoleSessions,
  RevokeUserSessions: revokeUserSessions,
  UpdateAccount: updateAccount,
  ValidatePolicy: validatePolicy,
  WeighDeletion: weighDeletion,
}
