/** What has no counterpart in AWS: the management API's, and why a decision was made. */
export const LADING_ACTIONS: readonly string[] = [
  'CreateAccount',
  'CreateAccountRootKey',
  'DeleteAccountRootKey',
  'DeleteOidcProvider',
  'ExplainDecision',
  'ExportAudit',
  'GetAccount',
  'GetAccountCosts',
  'GetAuditKeys',
  'GetImage',
  'GetInstallationCosts',
  'GetNamespaceCosts',
  'GetOidcProvider',
  'GetRepositoryCosts',
  'GetTagReport',
  'ListAccounts',
  'ListOidcProviders',
  'PutOidcProvider',
  'RevokeSessions',
  'UpdateAccount',
  'ValidatePolicy',
  'WeighDeletion',
]
/** The audit trail, by CloudTrail's name for it. */
export const CLOUDTRAIL_ACTIONS: readonly string[] = ['LookupEvents']
