import { applyPlan } from './apply-plan.ts'
import { createAccount } from './create-account.ts'
import { createAccountRootKey } from './create-account-root-key.ts'
import { createPlan } from './create-plan.ts'
import { createRepository } from './create-repository.ts'
import type { ManageRow } from './define-operation.ts'
import { deleteAccountRootKey } from './delete-account-root-key.ts'
import { deleteLifecyclePolicy } from './delete-lifecycle-policy.ts'
import { deleteOidcProvider } from './delete-oidc-provider.ts'
import { deleteRepository } from './delete-repository.ts'
import { deleteSetting } from './delete-setting.ts'
import { deleteWebhook } from './delete-webhook.ts'
import { diffLifecycle } from './diff-lifecycle.ts'
import { dropDeadLetters } from './drop-dead-letters.ts'
import { explainDecision } from './explain-decision.ts'
import { explainLifecycle } from './explain-lifecycle.ts'
import { exportAudit } from './export-audit.ts'
import { findPlan } from './find-plan.ts'
import { getAccount } from './get-account.ts'
import { getAccountCosts } from './get-account-costs.ts'
import { getAuditKeys } from './get-audit-keys.ts'
import { getEffectiveSettings } from './get-effective-settings.ts'
import { getImage } from './get-image.ts'
import { getInstallationCosts } from './get-installation-costs.ts'
import { getLifecyclePolicy } from './get-lifecycle-policy.ts'
import { getNamespaceCosts } from './get-namespace-costs.ts'
import { getOidcProvider } from './get-oidc-provider.ts'
import { getPlan } from './get-plan.ts'
import { getRepository } from './get-repository.ts'
import { getRepositoryCosts } from './get-repository-costs.ts'
import { getSettings } from './get-settings.ts'
import { getTag } from './get-tag.ts'
import { getTagHistory } from './get-tag-history.ts'
import { getTagReport } from './get-tag-report.ts'
import { getUsage } from './get-usage.ts'
import { getWebhook } from './get-webhook.ts'
import { deleteInstallationSetting, getInstallationSettings, putInstallationSettings } from './installation-settings.ts'
import { listAccounts } from './list-accounts.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listEvents } from './list-events.ts'
import { listLocks } from './list-locks.ts'
import { listNamespaceTagChanges } from './list-namespace-tag-changes.ts'
import { listNamespaces } from './list-namespaces.ts'
import { listOidcProviders } from './list-oidc-providers.ts'
import { listPlanItems } from './list-plan-items.ts'
import { listPlans } from './list-plans.ts'
import { listRepositories } from './list-repositories.ts'
import { listTagChanges } from './list-tag-changes.ts'
import { listTags } from './list-tags.ts'
import { listWebhooks } from './list-webhooks.ts'
import { lockImage } from './lock-image.ts'
import type { ManageOperation } from './operations.ts'
import { putLifecyclePolicy } from './put-lifecycle-policy.ts'
import { putOidcProvider } from './put-oidc-provider.ts'
import { putSettings } from './put-settings.ts'
import { putWebhook } from './put-webhook.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { revokeRoleSessions } from './revoke-role-sessions.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { rollBackTag } from './roll-back-tag.ts'
import { rotateWebhookSecret } from './rotate-webhook-secret.ts'
import { streamEvents } from './stream-events.ts'
import { tagResource } from './tag-resource.ts'
import { testWebhook } from './test-webhook.ts'
import { undoPlan } from './undo-plan.ts'
import { unlockImage } from './unlock-image.ts'
import { untagResource } from './untag-resource.ts'
import { updateAccount } from './update-account.ts'
import { validatePolicy } from './validate-policy.ts'
import { weighDeletion } from './weigh-deletion.ts'

/** Every operation and what answers it. */
export const MANAGE_TABLE: { readonly [Operation in ManageOperation]: ManageRow<Operation> } = {
  ApplyPlan: applyPlan,
  CreateAccount: createAccount,
  CreateAccountRootKey: createAccountRootKey,
  CreatePlan: createPlan,
  CreateRepository: createRepository,
  DeleteAccountRootKey: deleteAccountRootKey,
  DeleteInstallationSetting: deleteInstallationSetting,
  DeleteLifecyclePolicy: deleteLifecyclePolicy,
  DeleteOidcProvider: deleteOidcProvider,
  DeleteRepository: deleteRepository,
  DeleteSetting: deleteSetting,
  DeleteWebhook: deleteWebhook,
  DiffLifecycle: diffLifecycle,
  DropDeadLetters: dropDeadLetters,
  ExplainDecision: explainDecision,
  ExplainLifecycle: explainLifecycle,
  ExportAudit: exportAudit,
  FindPlan: findPlan,
  GetAccount: getAccount,
  GetAccountCosts: getAccountCosts,
  GetAuditKeys: getAuditKeys,
  GetEffectiveSettings: getEffectiveSettings,
  GetImage: getImage,
  GetInstallationCosts: getInstallationCosts,
  GetInstallationSettings: getInstallationSettings,
  GetLifecyclePolicy: getLifecyclePolicy,
  GetNamespaceCosts: getNamespaceCosts,
  GetOidcProvider: getOidcProvider,
  GetPlan: getPlan,
  GetRepository: getRepository,
  GetRepositoryCosts: getRepositoryCosts,
  GetSettings: getSettings,
  GetTag: getTag,
  GetTagHistory: getTagHistory,
  GetTagReport: getTagReport,
  GetUsage: getUsage,
  GetWebhook: getWebhook,
  ListAccounts: listAccounts,
  ListDeadLetters: listDeadLetters,
  ListEvents: listEvents,
  ListLocks: listLocks,
  ListNamespaceTagChanges: listNamespaceTagChanges,
  ListNamespaces: listNamespaces,
  ListOidcProviders: listOidcProviders,
  ListPlanItems: listPlanItems,
  ListPlans: listPlans,
  ListRepositories: listRepositories,
  ListTagChanges: listTagChanges,
  ListTags: listTags,
  ListWebhooks: listWebhooks,
  LockImage: lockImage,
  PutInstallationSettings: putInstallationSettings,
  PutLifecyclePolicy: putLifecyclePolicy,
  PutOidcProvider: putOidcProvider,
  PutSettings: putSettings,
  PutWebhook: putWebhook,
  ReplayDeadLetters: replayDeadLetters,
  RevokeRoleSessions: revokeRoleSessions,
  RevokeUserSessions: revokeUserSessions,
  RollBackTag: rollBackTag,
  RotateWebhookSecret: rotateWebhookSecret,
  StreamEvents: streamEvents,
  TagResource: tagResource,
  TestWebhook: testWebhook,
  UndoPlan: undoPlan,
  UnlockImage: unlockImage,
  UntagResource: untagResource,
  UpdateAccount: updateAccount,
  ValidatePolicy: validatePolicy,
  WeighDeletion: weighDeletion,
}
