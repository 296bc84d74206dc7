import { timingSafeEqual } from 'node:crypto'
import type { AuthenticatedPrincipal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import type { Services } from './context.ts'
import { findKey } from './identity/find-key.ts'
import type { RequestOrigin } from './request-origin.ts'
import { logInWithIdentityToken } from './sts/log-in-with-identity-token.ts'
import { unknownCredential, verifyToken } from './token.ts'

const LONGEST_HEADER = 16_384
/** The one spelling of base64 that clients send (RFC 7617, RFC 4648 section 4). */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i
/**
 * A role's ARN is full of colons, at which RFC 7617 would end the name; an identity token has none. Of a path, one colon
 * more would leave it open where the ARN ends.
 */
const ROLE_LOGIN = /^(arn:aws:iam::\d{12}:role\/[!-9;-~]{1,575}):([^:]*)$/

/** What a login gives itself out as. */
interface Login {
  readonly user: string
  readonly password: string
}

/**
 * Who an `Authorization: Basic` header speaks for: `AWS` with an authorization token, an access key id with its secret,
 * or a role's ARN with an identity token of a provider that the role trusts. Every request pays for this, so what was
 * good within the last second is not verified again.
 *
 * @param service what it is noted to have been used for
 * @throws {Refusal} `parameter-invalid` for two headers, `unauthenticated` without a usable one, `credential-unknown`,
 *   `credential-expired`, `credential-revoked`, and as `logInWithIdentityToken` does
 */
export async function authenticateBasic(
  services: Services,
  { header, service }: { readonly header: string | null; readonly service: string },
  origin: RequestOrigin,
): Promise<AuthenticatedPrincipal> {
  if (header === null || header.length > LONGEST_HEADER) throw notAuthorized()
  const nowMs = services.clock.nowMs()
  const known = services.logins.find(header, nowMs, origin)
  if (known !== undefined) return known
  const { version } = services.logins
  const login = parseBasic(header)
  const principal = await verifyLogin(services, login, origin)
  services.uses.note(principal, service)
  // Whether a role trusts a token may depend on where it comes from.
  const from = isRoleLogin(login) ? origin : undefined
  // What was revoked while this was verified is not to be remembered as good.
  if (version === services.logins.version) services.logins.remember(header, { principal, from }, nowMs)
  return principal
}

async function verifyLogin(
  services: Services,
  { user, password }: Login,
  origin: RequestOrigin,
): Promise<AuthenticatedPrincipal> {
  if (user === 'AWS') return await verifyToken(services, password)
  if (isRoleLogin({ user })) return await logInWithIdentityToken(services, origin, { roleArn: user, token: password })
  return await verifySecret(services, user, password)
}

function isRoleLogin({ user }: Pick<Login, 'user'>): boolean {
  return user.startsWith('arn:')
}

function parseBasic(header: string): Login {
  const encoded = BASIC.exec(header)?.[1]
  if (encoded === undefined) throw /^basic .*,/i.test(header) ? severalHeaders() : notAuthorized()
  const bytes = Buffer.from(encoded, 'base64')
  // A value has one spelling: otherwise one good credential has any number of headers that are good.
  if (bytes.toString('base64') !== encoded) throw notAuthorized()
  const decoded = bytes.toString()
  const [, role, token] = ROLE_LOGIN.exec(decoded) ?? []
  if (role !== undefined && token !== undefined) return { user: role, password: token }
  const colon = decoded.indexOf(':')
  // skopeo sends an empty name and password when it has none: that is nobody.
  if (colon <= 0) throw notAuthorized()
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
}

async function verifySecret(services: Services, accessKeyId: string, secret: string): Promise<AuthenticatedPrincipal> {
  const key = await findKey(services, accessKeyId)
  // An unknown key takes the same path as a wrong secret: compared with itself, and refused all the same.
  const same = equalText(secret, key?.secretAccessKey ?? secret)
  if (key === undefined || !same) throw unknownCredential()
  return await key.principal()
}

/** In the same time wherever the first difference is. All secrets are of one length, so that may show. */
function equalText(a: string, b: string): boolean {
  const [bytesOfA, bytesOfB] = [Buffer.from(a), Buffer.from(b)]
  return bytesOfA.byteLength === bytesOfB.byteLength && timingSafeEqual(bytesOfA, bytesOfB)
}

/** They arrive joined. A proxy in front might have looked at the other one. */
function severalHeaders(): Refusal {
  return new Refusal('parameter-invalid', 'There must be exactly one Authorization header, and no comma in it.')
}

function notAuthorized(): Refusal {
  return new Refusal('unauthenticated', 'Not Authorized')
}
