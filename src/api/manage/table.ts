import { createAccount } from './create-account.ts'
import { createAccountRootKey } from './create-account-root-key.ts'
import type { ManageRow } from './define-operation.ts'
import { deleteAccountRootKey } from './delete-account-root-key.ts'
import { deleteOidcProvider } from './delete-oidc-provider.ts'
import { deleteSetting } from './delete-setting.ts'
import { explainDecision } from './explain-decision.ts'
import { exportAudit } from './export-audit.ts'
import { getAccount } from './get-account.ts'
import { getAuditKeys } from './get-audit-keys.ts'
import { getEffectiveSettings } from './get-effective-settings.ts'
import { getOidcProvider } from './get-oidc-provider.ts'
import { getSettings } from './get-settings.ts'
import { getUsage } from './get-usage.ts'
import { deleteInstallationSetting, getInstallationSettings, putInstallationSettings } from './installation-settings.ts'
import { listAccounts } from './list-accounts.ts'
import { listNamespaces } from './list-namespaces.ts'
import { listOidcProviders } from './list-oidc-providers.ts'
import type { ManageOperation } from './operations.ts'
import { putOidcProvider } from './put-oidc-provider.ts'
import { putSettings } from './put-settings.ts'
import { revokeRoleSessions } from './revoke-role-sessions.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { updateAccount } from './update-account.ts'
import { validatePolicy } from './validate-policy.ts'

/** Every operation and what answers it. */
export const MANAGE_TABLE: { readonly [Operation in ManageOperation]: ManageRow<Operation> } = {
  CreateAccount: createAccount,
  CreateAccountRootKey: createAccountRootKey,
  DeleteAccountRootKey: deleteAccountRootKey,
  DeleteInstallationSetting: deleteInstallationSetting,
  DeleteOidcProvider: deleteOidcProvider,
  DeleteSetting: deleteSetting,
  ExplainDecision: explainDecision,
  ExportAudit: exportAudit,
  GetAccount: getAccount,
  GetAuditKeys: getAuditKeys,
  GetEffectiveSettings: getEffectiveSettings,
  GetInstallationSettings: getInstallationSettings,
  GetOidcProvider: getOidcProvider,
  GetSettings: getSettings,
  GetUsage: getUsage,
  ListAccounts: listAccounts,
  ListNamespaces: listNamespaces,
  ListOidcProviders: listOidcProviders,
  PutInstallationSettings: putInstallationSettings,
  PutOidcProvider: putOidcProvider,
  PutSettings: putSettings,
  RevokeRoleSessions: revokeRoleSessions,
  RevokeUserSessions: revokeUserSessions,
  UpdateAccount: updateAccount,
  ValidatePolicy: validatePolicy,
}
