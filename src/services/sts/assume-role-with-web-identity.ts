import { oidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import { conditionKeysOf } from '../../core/oidc/condition-keys.ts'
import { sessionTagsOf, type TokenSessionTags } from '../../core/oidc/session-tags.ts'
import type { VerifiedToken } from '../../core/oidc/verify-identity-token.ts'
import { decide } from '../../core/policy/decide.ts'
import { readPolicy } from '../../core/policy/read-policy.ts'
import { anonymousPrincipal, type Session } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'
import type { Action } from '../authorize.ts'
import type { RequestOrigin, Services } from '../context.ts'
import { compileText } from '../identity/compile-text.ts'
import { RequestConditions } from '../identity/request-conditions.ts'
import { authenticateIdentityToken } from '../oidc/authenticate-identity-token.ts'
import { type FoundRole, findRole } from './find-role.ts'
import { type AssumedRole, makeRoleSession } from './new-session.ts'
import { type SessionWishes, sessionLayer, sessionSeconds, sessionTagKeys } from './session-limits.ts'

export interface WebIdentityInput extends SessionWishes {
  readonly roleArn: string
  readonly token: string
}

/** A session by a provider's token, and what the token said. */
export interface WebIdentitySession extends AssumedRole {
  readonly verified: VerifiedToken
  readonly providerArn: string
}

/** A role, and a token that one of the providers that it trusts has issued. */
export interface TrustedToken {
  readonly found: FoundRole
  readonly provider: OidcProvider
  readonly verified: VerifiedToken
}

/**
 * A session of a role, for whoever holds a token of a provider that the role's trust policy names. Nobody has signed the
 * request: the token is all that counts.
 *
 * @throws {Refusal} `identity-token-invalid`, also for a role that does not exist; `identity-token-rejected`,
 *   `credential-expired`, `identity-provider-unreachable`, `denied`, `policy-malformed`, `policy-too-large`
 */
export async function assumeRoleWithWebIdentity(
  services: Services,
  origin: RequestOrigin,
  input: WebIdentityInput,
): Promise<WebIdentitySession> {
  const trusted = await verifyForRole(services, input.roleArn, input.token)
  const session = trustedSession(services, origin, trusted, input.sessionName)
  const { found, provider, verified } = trusted
  const layer = await sessionLayer(services, found.accountId, input)
  const seconds = sessionSeconds(input.durationSeconds, found.role.maxSessionSeconds)
  const wanted: Session = {
    ...session,
    expiresAtMs: session.issuedAtMs + seconds * 1000,
    policyLayers: layer === undefined ? [] : [layer],
  }
  return {
    ...makeRoleSession(services, found, input.sessionName, wanted),
    verified,
    providerArn: oidcProviderArn(found.accountId, provider.name),
  }
}

/**
 * Finds the provider that has issued the token among those that the role trusts: never another one that has the same
 * issuer.
 *
 * @throws {Refusal} as `assumeRoleWithWebIdentity` does
 */
export async function verifyForRole(services: Services, roleArn: string, token: string): Promise<TrustedToken> {
  const found = await findRole(services, roleArn)
  if (found === undefined) throw notTrusted()
  let refusal = notTrusted()
  for (const provider of await trustedProviders(services, found)) {
    try {
      return { found, provider, verified: await authenticateIdentityToken(services, provider, token) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // What is said of a token by the provider that did issue it tells more than that others did not.
      if (error.reason !== 'identity-token-invalid') refusal = error
    }
  }
  throw refusal
}

/**
 * The session that the trust policy gives to this token, until the token ends.
 *
 * @throws {Refusal} `denied`, `identity-token-rejected`, `credential-revoked`
 */
export function trustedSession(
  services: Services,
  origin: RequestOrigin,
  trusted: TrustedToken,
  sessionName: string,
): Session {
  const { found, provider, verified } = trusted
  const { accountId, role } = found
  if (verified.issuedAtMs < role.sessionsValidFromMs) {
    // Or whoever has the token would just begin another session.
    throw new Refusal(
      'credential-revoked',
      'The sessions of this role were revoked after this identity token was issued.',
    )
  }
  const tags = sessionTagsOf(provider, verified, { accountId, region: services.defaultRegistry.region })
  requireTrust(services, origin, trusted, { tags, sessionName })
  const { sourceIdentity } = tags
  const providerArn = oidcProviderArn(accountId, provider.name)
  return {
    issuedAtMs: services.clock.nowMs(),
    expiresAtMs: verified.expiresAtMs,
    policyLayers: [],
    tags: [...tags.ofProvider, ...tags.ofToken],
    transitiveTagKeys: tags.transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    webIdentity: { providerArn, issuer: verified.issuer, subject: verified.subject, audience: verified.audience },
  }
}

interface Wanted {
  readonly tags: TokenSessionTags
  readonly sessionName: string
}

/** @throws {Refusal} `denied` unless the role's trust policy allows this token all that it asks for */
function requireTrust(services: Services, origin: RequestOrigin, trusted: TrustedToken, wanted: Wanted): void {
  const { accountId, role, arn } = trusted.found
  const { ofToken, sourceIdentity } = wanted.tags
  const trust = compileText(role.trustPolicy, { kind: 'trust', name: `trust policy of ${arn}` })
  const context = conditionsOf(services, origin, trusted, wanted)
  const actions: Action[] = ['sts:AssumeRoleWithWebIdentity']
  if (ofToken.length > 0) actions.push('sts:TagSession')
  if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
  for (const action of actions) {
    const decision = decide({
      action,
      resource: arn,
      resourceAccountId: accountId,
      principal: { ...FEDERATED, accountId, directIds: [trusted.provider.id] },
      resourcePolicies: [trust],
      needsResourceGrant: true,
      context,
    })
    if (!decision.isAllowed) throw new Refusal('denied', `Not authorized to perform ${action}`)
  }
}

function conditionsOf(
  services: Services,
  origin: RequestOrigin,
  { found: { accountId }, provider, verified }: TrustedToken,
  { tags, sessionName }: Wanted,
): RequestConditions {
  const { sourceIdentity } = tags
  return new RequestConditions({
    principal: anonymousPrincipal(accountId),
    principalTags: new Map(),
    origin,
    region: services.defaultRegistry.region,
    resourceAccountId: accountId,
    installationId: services.installationId,
    resourceTags: undefined,
    keys: {
      ...conditionKeysOf(provider, verified, accountId),
      ...sessionTagKeys([...tags.ofProvider, ...tags.ofToken], tags.transitiveTagKeys),
      'sts:rolesessionname': sessionName,
      ...(sourceIdentity !== undefined && { 'sts:sourceidentity': sourceIdentity }),
    },
    nowMs: services.clock.nowMs(),
  })
}

const FEDERATED = {
  kind: 'federated',
  roleId: undefined,
  identityPolicies: [],
  boundary: undefined,
  sessionLayers: [],
} as const

/** Of the role's own account. A provider that was deleted is passed over. */
async function trustedProviders(services: Services, { accountId, role }: FoundRole): Promise<OidcProvider[]> {
  const providers: OidcProvider[] = []
  for (const id of federatedPrincipals(role.trustPolicy)) {
    const found = await services.metadata.findIdentityById('oidc-provider', id)
    if (found?.accountId === accountId) providers.push(found.identity)
  }
  return providers
}

function federatedPrincipals(trustPolicy: string): ReadonlySet<string> {
  const { statements } = readPolicy(trustPolicy, 'trust')
  const entries = statements.flatMap(({ principal }) => principal?.entries ?? [])
  return new Set(entries.filter(({ type }) => type === 'Federated').map(({ id }) => id))
}

function notTrusted(): Refusal {
  return new Refusal(
    'identity-token-invalid',
    'The identity token was not issued by an identity provider that this role trusts.',
  )
}
