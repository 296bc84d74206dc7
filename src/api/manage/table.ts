import { createAccount } from './create-account.ts'
import { createAccountRootKey } from './create-account-root-key.ts'
import type { ManageRow } from './define-operation.ts'
import { deleteAccountRootKey } from './delete-account-root-key.ts'
import { deleteOidcProvider } from './delete-oidc-provider.ts'
import { deleteWebhook } from './delete-webhook.ts'
import { dropDeadLetters } from './drop-dead-letters.ts'
import { explainDecision } from './explain-decision.ts'
import { exportAudit } from './export-audit.ts'
import { getAccount } from './get-account.ts'
import { getAuditKeys } from './get-audit-keys.ts'
import { getOidcProvider } from './get-oidc-provider.ts'
import { getWebhook } from './get-webhook.ts'
import { listAccounts } from './list-accounts.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listEvents } from './list-events.ts'
import { listOidcProviders } from './list-oidc-providers.ts'
import { listWebhooks } from './list-webhooks.ts'
import type { ManageOperation } from './operations.ts'
import { putOidcProvider } from './put-oidc-provider.ts'
import { putWebhook } from './put-webhook.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { revokeRoleSessions } from './revoke-role-sessions.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { rotateWebhookSecret } from './rotate-webhook-secret.ts'
import { streamEvents } from './stream-events.ts'
import { testWebhook } from './test-webhook.ts'
import { updateAccount } from './update-account.ts'
import { validatePolicy } from './validate-policy.ts'

/** Every operation and what answers it. */
export const MANAGE_TABLE: { readonly [Operation in ManageOperation]: ManageRow<Operation> } = {
  CreateAccount: createAccount,
  CreateAccountRootKey: createAccountRootKey,
  DeleteAccountRootKey: deleteAccountRootKey,
  DeleteOidcProvider: deleteOidcProvider,
  DeleteWebhook: deleteWebhook,
  DropDeadLetters: dropDeadLetters,
  ExplainDecision: explainDecision,
  ExportAudit: exportAudit,
  GetAccount: getAccount,
  GetAuditKeys: getAuditKeys,
  GetOidcProvider: getOidcProvider,
  GetWebhook: getWebhook,
  ListAccounts: listAccounts,
  ListDeadLetters: listDeadLetters,
  ListEvents: listEvents,
  ListOidcProviders: listOidcProviders,
  ListWebhooks: listWebhooks,
  PutOidcProvider: putOidcProvider,
  PutWebhook: putWebhook,
  ReplayDeadLetters: replayDeadLetters,
  RevokeRoleSessions: revokeRoleSessions,
  RevokeUserSessions: revokeUserSessions,
  RotateWebhookSecret: rotateWebhookSecret,
  StreamEvents: streamEvents,
  TestWebhook: testWebhook,
  UpdateAccount: updateAccount,
  ValidatePolicy: validatePolicy,
}
