import type { PrincipalTag, Session, SessionPolicyLayer } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import { type Action, authorize, TRUSTS_NOBODY } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { compileText } from '../identity/compile-text.ts'
import { findManagedPolicyText } from '../identity/find-managed-policy.ts'
import { type FoundRole, findRole } from '../identity/find-role.ts'
import { type AssumedRole, makeRoleSession } from './new-session.ts'
import { CHAINED_SECONDS, type SessionWishes, sessionLayer, sessionSeconds, sessionTagKeys } from './session-limits.ts'

export interface AssumeRoleInput extends SessionWishes {
  readonly roleArn: string
  readonly tags: readonly PrincipalTag[]
  readonly transitiveTagKeys: readonly string[]
  readonly externalId: string | undefined
  readonly sourceIdentity: string | undefined
}

/**
 * A session of a role, for a caller whom the role's trust policy lets in, also across accounts.
 *
 * What the caller's own session takes away stays taken away: its session policies are layers of the new one too, and its
 * transitive tags cannot be changed. AWS does the latter alone (iam.md 2.4).
 *
 * @throws {Refusal} `denied`, the same for a role that does not exist; `parameter-invalid`, `policy-malformed`,
 *   `policy-too-large`
 */
export async function assumeRole(services: Services, caller: Caller, input: AssumeRoleInput): Promise<AssumedRole> {
  const { principal } = caller
  if (principal.kind === 'anonymous') throw new Refusal('denied', 'Roles may not be assumed by nobody.')
  if (principal.kind === 'root') throw new Refusal('denied', 'Roles may not be assumed by root accounts.')
  const found = await findRole(services, input.roleArn)
  const before = principal.session
  await authorizeAll(services, caller, { found, input, before })
  // Nobody is trusted by a role that does not exist.
  if (found === undefined) throw new Error('a role that does not exist was allowed')
  const isChained = principal.kind === 'role-session'
  const most = isChained ? Math.min(CHAINED_SECONDS, found.role.maxSessionSeconds) : found.role.maxSessionSeconds
  const seconds = sessionSeconds(input.durationSeconds, most)
  const issuedAtMs = services.clock.nowMs()
  const sourceIdentity = before?.sourceIdentity ?? input.sourceIdentity
  const session: Session = {
    issuedAtMs,
    expiresAtMs: issuedAtMs + seconds * 1000,
    policyLayers: await layersOf(services, { found, input, before, accountId: principal.accountId }),
    ...tagsOf(input, before),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  }
  return makeRoleSession(services, found, input.sessionName, session)
}

interface Asked {
  readonly found: FoundRole | undefined
  readonly input: AssumeRoleInput
  /** The session that asks, if it is one. */
  readonly before: Session | undefined
}

async function authorizeAll(services: Services, caller: Caller, { found, input, before }: Asked): Promise<void> {
  const trust = compileText(found?.role.trustPolicy ?? TRUSTS_NOBODY, {
    kind: 'trust',
    name: `trust policy of ${input.roleArn}`,
  })
  const { tags, transitiveTagKeys, sourceIdentity } = input
  if (before?.sourceIdentity !== undefined && (sourceIdentity ?? before.sourceIdentity) !== before.sourceIdentity) {
    throw new Refusal('denied', 'The source identity of a session cannot be changed by assuming another role.')
  }
  const keys = {
    ...sessionTagKeys(tags, transitiveTagKeys),
    'sts:rolesessionname': input.sessionName,
    ...(input.externalId !== undefined && { 'sts:externalid': input.externalId }),
    ...(sourceIdentity !== undefined && { 'sts:sourceidentity': sourceIdentity }),
  }
  const actions: Action[] = ['sts:AssumeRole']
  if (tags.length > 0) actions.push('sts:TagSession')
  if (sourceIdentity !== undefined || before?.sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
  for (const action of actions) {
    await authorize(services, caller, { action, resource: input.roleArn, repository: undefined, keys, trust })
  }
}

async function layersOf(
  services: Services,
  { found, input, before, accountId }: Asked & { readonly found: FoundRole; readonly accountId: string },
): Promise<SessionPolicyLayer[]> {
  const layers: SessionPolicyLayer[] = []
  for (const layer of before?.policyLayers ?? []) layers.push(await asTexts(services, accountId, layer))
  const own = await sessionLayer(services, found.accountId, input)
  return own === undefined ? layers : [...layers, own]
}

/** Managed policies of the account that the caller comes from; in the role's account their ARNs would mean nothing. */
async function asTexts(services: Services, accountId: string, layer: SessionPolicyLayer): Promise<SessionPolicyLayer> {
  const texts = [...layer.texts]
  for (const arn of layer.arns) {
    const text = await findManagedPolicyText(services.metadata, accountId, arn)
    if (text === undefined)
      throw new Refusal('denied', `The session policy ${arn} of this session does not exist any more.`)
    texts.push(text)
  }
  return { texts, arns: [] }
}

/** Those that a session hands on come first, and nobody can set them again (STS user guide, "Chaining roles with session tags"). */
function tagsOf(input: AssumeRoleInput, before: Session | undefined): Pick<Session, 'tags' | 'transitiveTagKeys'> {
  const transitive = new Set(before?.transitiveTagKeys.map((key) => key.toLowerCase()))
  const inherited = before?.tags.filter(({ key }) => transitive.has(key.toLowerCase())) ?? []
  for (const { key } of input.tags) {
    if (transitive.has(key.toLowerCase())) {
      throw new Refusal('parameter-invalid', `The session tag ${key} is transitive and cannot be set again.`)
    }
  }
  const given = new Set(input.tags.map(({ key }) => key.toLowerCase()))
  for (const key of input.transitiveTagKeys) {
    if (!given.has(key.toLowerCase()) && !transitive.has(key.toLowerCase())) {
      throw new Refusal('parameter-invalid', `The transitive tag key ${key} is not among the tags of the session.`)
    }
  }
  return {
    tags: [...inherited, ...input.tags],
    transitiveTagKeys: [...new Set([...inherited.map(({ key }) => key), ...input.transitiveTagKeys])],
  }
}
