/** What has no counterpart in AWS: the management API's, and why a decision was made. */
export const LADING_ACTIONS: readonly string[] = [
  'ApplyPlan',
  'CreateAccount',
  'CreateAccountRootKey',
  'CreatePlan',
  'DeleteAccountRootKey',
  'DeleteOidcProvider',
  'ExplainDecision',
  'ExportAudit',
  'FindPlan',
  'GetAccount',
  'GetAuditKeys',
  'GetImage',
  'GetOidcProvider',
  'GetPlan',
  'GetTagReport',
  'ListAccounts',
  'ListOidcProviders',
  'ListPlanItems',
  'ListPlans',
  'PutOidcProvider',
  'RevokeSessions',
  'UndoPlan',
  'UpdateAccount',
  'ValidatePolicy',
]
/** The audit trail, by CloudTrail's name for it. */
export const CLOUDTRAIL_ACTIONS: readonly string[] = ['LookupEvents']
