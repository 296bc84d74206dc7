/** What has no counterpart in AWS: the management API's, and why a decision was made. */
export const LADING_ACTIONS: readonly string[] = [
  'CreateAccount',
  'CreateAccountRootKey',
  'DeleteAccountRootKey',
  'DeleteInstallationSetting',
  'DeleteOidcProvider',
  'DeleteSetting',
  'ExplainDecision',
  'ExportAudit',
  'GetAccount',
  'GetAuditKeys',
  'GetEffectiveSettings',
  'GetInstallationSettings',
  'GetOidcProvider',
  'GetSettings',
  'GetUsage',
  'ListAccounts',
  'ListNamespaces',
  'ListOidcProviders',
  'PutInstallationSettings',
  'PutOidcProvider',
  'PutSettings',
  'RevokeSessions',
  'UpdateAccount',
  'ValidatePolicy',
]
/** The audit trail, by CloudTrail's name for it. */
export const CLOUDTRAIL_ACTIONS: readonly string[] = ['LookupEvents']
