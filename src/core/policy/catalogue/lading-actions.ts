/** What has no counterpart in AWS: accounts, and why a decision was made. */
export const LADING_ACTIONS: readonly string[] = [
  'CreateAccount',
  'ExplainDecision',
  'GetAccount',
  'ListAccounts',
  'UpdateAccount',
]
/** The audit trail, by CloudTrail's name for it. */
export const CLOUDTRAIL_ACTIONS: readonly string[] = ['LookupEvents']
