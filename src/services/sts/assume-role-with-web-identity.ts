import type { AuditContext, AuditDecision } from '../../core/audit/audit-record.ts'
import { boundedValue } from '../../core/audit/bounded-value.ts'
import { oidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import { conditionKeysOf } from '../../core/oidc/condition-keys.ts'
import { sessionTagsOf } from '../../core/oidc/session-tags.ts'
import type { VerifiedToken } from '../../core/oidc/verify-identity-token.ts'
import { type Decision, decide } from '../../core/policy/decide.ts'
import { readPolicy } from '../../core/policy/read-policy.ts'
import { anonymousPrincipal, type Session, type WebIdentity } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'
import { describeDecision } from '../audit/describe-decision.ts'
import type { Action } from '../authorize.ts'
import type { Services } from '../context.ts'
import { compileText } from '../identity/compile-text.ts'
import { type FoundRole, findRole } from '../identity/find-role.ts'
import { RequestConditions } from '../identity/request-conditions.ts'
import { authenticateIdentityToken } from '../oidc/authenticate-identity-token.ts'
import type { RequestOrigin } from '../request-origin.ts'
import { type AssumedRole, makeRoleSession } from './new-session.ts'
import { type SessionWishes, sessionLayer, sessionSeconds, sessionTagKeys } from './session-limits.ts'

export interface WebIdentityInput extends SessionWishes {
  readonly roleArn: string
  readonly token: string
  /** Told of the token as soon as it is known to be good, whatever is decided then. */
  readonly onVerified: (trusted: TrustedToken) => void
  /** Told why the role's trust policy does not let it in. */
  readonly onDenied: (decision: AuditDecision) => void
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
  input.onVerified(trusted)
  const session = trustedSession(services, origin, { ...trusted, ...input })
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
  const providers = found === undefined ? [] : await trustedProviders(services, found)
  let refusal = notTrusted()
  for (const provider of providers) {
    try {
      const verified = await authenticateIdentityToken(services, provider, token)
      // Without a role there are no providers.
      return { found: found as FoundRole, provider, verified }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // What is said of a token by the provider that did issue it tells more than that others did not.
      if (error.reason !== 'identity-token-invalid') refusal = error
    }
  }
  throw refusal
}

/** Who wants which session of a role. */
type AskedSession = TrustedToken & Pick<WebIdentityInput, 'sessionName'> & Partial<Pick<WebIdentityInput, 'onDenied'>>

/**
 * The session that the trust policy gives to this token, until the token ends.
 *
 * @throws {Refusal} `denied`, `identity-token-rejected`, `credential-revoked`
 */
export function trustedSession(services: Services, origin: RequestOrigin, asked: AskedSession): Session {
  const { found, provider, verified, sessionName } = asked
  const { accountId } = found
  if (verified.issuedAtMs < found.role.sessionsValidFromMs) {
    // Or whoever has the token would just begin another session.
    throw new Refusal(
      'credential-revoked',
      'The sessions of this role were revoked after this identity token was issued.',
    )
  }
  const tags = sessionTagsOf(provider, verified, { accountId, region: services.defaultRegistry.region })
  const { sourceIdentity } = tags
  const keys = {
    ...conditionKeysOf(provider, verified, accountId),
    ...sessionTagKeys([...tags.ofProvider, ...tags.ofToken], tags.transitiveTagKeys),
    'sts:rolesessionname': sessionName,
    ...(sourceIdentity !== undefined && { 'sts:sourceidentity': sourceIdentity }),
  }
  const actions: Action[] = ['sts:AssumeRoleWithWebIdentity']
  if (tags.ofToken.length > 0) actions.push('sts:TagSession')
  if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
  requireTrust(services, origin, { ...asked, keys, actions })
  return {
    issuedAtMs: services.clock.nowMs(),
    expiresAtMs: verified.expiresAtMs,
    policyLayers: [],
    tags: [...tags.ofProvider, ...tags.ofToken],
    transitiveTagKeys: tags.transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    webIdentity: webIdentityOf(asked),
  }
}

/** @throws {Refusal} `denied` */
function requireTrust(
  services: Services,
  origin: RequestOrigin,
  { actions, ...asked }: AskedSession & { readonly keys: AuditContext['keys']; readonly actions: readonly Action[] },
): void {
  const { found, provider, keys } = asked
  const { accountId, role, arn } = found
  const question = {
    resource: arn,
    resourceAccountId: accountId,
    principal: { ...FEDERATED, accountId, directIds: [provider.id] },
    resourcePolicies: [compileText(role.trustPolicy, { kind: 'trust', name: `trust policy of ${arn}` })],
    needsResourceGrant: true,
    context: new RequestConditions({
      principal: anonymousPrincipal(accountId),
      principalTags: new Map(),
      origin,
      region: services.defaultRegistry.region,
      resourceAccountId: accountId,
      installationId: services.installationId,
      resourceTags: undefined,
      keys,
      nowMs: services.clock.nowMs(),
    }),
  }
  for (const action of actions) {
    const decision = decide({ ...question, action })
    if (decision.isAllowed) continue
    asked.onDenied?.(describeDenial(decision, origin, { action, resource: arn, resourceAccount: accountId, keys }))
    throw new Refusal('denied', `Not authorized to perform ${action}`)
  }
}

function describeDenial(
  decision: Decision,
  { clientAddress, secure }: RequestOrigin,
  asked: Pick<AuditContext, 'action' | 'resource' | 'resourceAccount' | 'keys'>,
): AuditDecision {
  const { resourceAccount: owner } = asked
  return {
    ...describeDecision(decision, { viewer: owner, caller: owner, owner }),
    // A copy has the members of what it is a copy of.
    context: boundedValue({ ...asked, clientAddress, secure }) as AuditContext,
  }
}

export function webIdentityOf({ found, provider, verified }: TrustedToken): WebIdentity {
  const { issuer, subject, audience } = verified
  return { providerArn: oidcProviderArn(found.accountId, provider.name), issuer, subject, audience }
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
