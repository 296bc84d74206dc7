import type { AuthenticatedPrincipal, Session, SessionPolicyLayer, WebIdentity } from '../../core/principal.ts'

/** Whose a session is. */
export interface SessionOwner {
  readonly kind: 'root' | 'user' | 'role'
  readonly accountId: string
  /** Unique id of the user or the role; the account id for root. */
  readonly id: string
  /** Of a role session; empty for the others. */
  readonly sessionName: string
}

/** Whose session a principal's is. */
export function ownerOf(principal: AuthenticatedPrincipal): SessionOwner {
  const { accountId } = principal
  if (principal.kind === 'role-session') {
    return { kind: 'role', accountId, id: principal.roleId, sessionName: principal.sessionName }
  }
  return { kind: principal.kind, accountId, id: principal.userId, sessionName: '' }
}

/** What a temporary credential, and a token made with one, says of itself. */
export interface SessionClaims {
  readonly owner: SessionOwner
  readonly accessKeyId: string
  readonly session: Session
}

const OWNERS = { r: 'root', u: 'user', o: 'role' } as const

/** Under names of a letter or two: it goes with every request. */
export function packSessionClaims({ owner, accessKeyId, session }: SessionClaims): Record<string, unknown> {
  const kind = owner.kind === 'role' ? 'o' : owner.kind === 'user' ? 'u' : 'r'
  const { policyLayers, tags, transitiveTagKeys, sourceIdentity, parentKeyId, webIdentity } = session
  return {
    o: [kind, owner.accountId, owner.id, owner.sessionName],
    k: accessKeyId,
    i: session.issuedAtMs,
    e: session.expiresAtMs,
    ...(policyLayers.length > 0 && { p: policyLayers.map(({ texts, arns }) => [texts, arns]) }),
    ...(tags.length > 0 && { t: tags.map(({ key, value }) => [key, value]) }),
    ...(transitiveTagKeys.length > 0 && { x: transitiveTagKeys }),
    ...(sourceIdentity !== undefined && { s: sourceIdentity }),
    ...(parentKeyId !== undefined && { y: parentKeyId }),
    ...(webIdentity !== undefined && { w: packWebIdentity(webIdentity) }),
  }
}

function packWebIdentity({ providerArn, issuer, subject, audience }: WebIdentity): readonly string[] {
  return [providerArn, issuer, subject, audience]
}

/** @returns undefined for what `packSessionClaims` does not make: whoever opened it knows that it was ours */
export function unpackSessionClaims(claims: Readonly<Record<string, unknown>>): SessionClaims | undefined {
  const {
    o: owner,
    k: accessKeyId,
    i: issuedAtMs,
    e: expiresAtMs,
    p,
    t,
    x,
    s: sourceIdentity,
    y: parentKeyId,
    w,
  } = claims
  if (!isTexts(owner) || typeof accessKeyId !== 'string') return undefined
  if (typeof issuedAtMs !== 'number' || typeof expiresAtMs !== 'number') return undefined
  const [letter = '', accountId = '', id = '', sessionName = ''] = owner
  const kind = isOwnerLetter(letter) ? OWNERS[letter] : undefined
  const policyLayers = unpackLayers(p)
  const tags = unpackTags(t)
  const transitiveTagKeys = x === undefined ? [] : x
  if (kind === undefined || policyLayers === undefined || tags === undefined || !isTexts(transitiveTagKeys)) {
    return undefined
  }
  if (sourceIdentity !== undefined && typeof sourceIdentity !== 'string') return undefined
  if (parentKeyId !== undefined && typeof parentKeyId !== 'string') return undefined
  if (w !== undefined && !isTexts(w)) return undefined
  const session: Session = {
    issuedAtMs,
    expiresAtMs,
    policyLayers,
    tags,
    transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(parentKeyId !== undefined && { parentKeyId }),
    ...(w !== undefined && { webIdentity: unpackWebIdentity(w) }),
  }
  return { owner: { kind, accountId, id, sessionName }, accessKeyId, session }
}

function isOwnerLetter(letter: string): letter is keyof typeof OWNERS {
  return Object.hasOwn(OWNERS, letter)
}

function unpackWebIdentity([
  providerArn = '',
  issuer = '',
  subject = '',
  audience = '',
]: readonly string[]): WebIdentity {
  return { providerArn, issuer, subject, audience }
}

function unpackLayers(packed: unknown): SessionPolicyLayer[] | undefined {
  if (packed === undefined) return []
  if (!Array.isArray(packed)) return undefined
  const layers: SessionPolicyLayer[] = []
  for (const layer of packed) {
    const [texts, arns] = Array.isArray(layer) ? layer : []
    if (!isTexts(texts) || !isTexts(arns)) return undefined
    layers.push({ texts, arns })
  }
  return layers
}

function unpackTags(packed: unknown): { key: string; value: string }[] | undefined {
  if (packed === undefined) return []
  if (!Array.isArray(packed)) return undefined
  const tags: { key: string; value: string }[] = []
  for (const tag of packed) {
    if (!isTexts(tag)) return undefined
    const [key, value] = tag
    if (key === undefined || value === undefined) return undefined
    tags.push({ key, value })
  }
  return tags
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
