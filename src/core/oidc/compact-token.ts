import { type JsonObject, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { decodeBase64Url } from './base64url.ts'
import { tokenInvalid } from './refusals.ts'
import { isSignatureAlgorithm, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './signature-algorithms.ts'

/** A token whose form is good. Nothing in it is proven: that is up to `verifyIdentityToken`. */
export interface CompactToken {
  readonly algorithm: SignatureAlgorithm
  /** Which of its keys the issuer says that it took; undefined when it does not say. */
  readonly keyId: string | undefined
  /** Header and payload as they were sent, which is what was signed. */
  readonly signedText: string
  readonly signature: Uint8Array
  /** What anybody may have written there. */
  readonly unverifiedClaims: JsonObject
}

/** AWS's bounds of `WebIdentityToken` (STS API reference, AssumeRoleWithWebIdentity; iam.md 2.2). */
const SHORTEST = 4
const LONGEST = 20_000
const LONGEST_KEY_ID = 256

/**
 * Parses a signed token in compact form (RFC 7515 section 7.1). Of the header only `alg` and `kid` are looked at: keys
 * and addresses of keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) are as trustworthy as the token. Extensions
 * that we would have to understand (`crit`) are refused.
 *
 * @throws {Refusal} `identity-token-invalid`
 */
export function parseCompactToken(text: string): CompactToken {
  if (text.length < SHORTEST || text.length > LONGEST) {
    throw tokenInvalid(`An identity token has ${SHORTEST} to ${LONGEST} characters.`)
  }
  const [header, payload, signature, ...more] = text.split('.', 4)
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw tokenInvalid('An identity token has three parts with dots between them: it is a signed JSON Web Token.')
  }
  return {
    ...parseHeader(parseObject(header, 'header')),
    signedText: text.slice(0, header.length + 1 + payload.length),
    signature: decodePart(signature, 'signature'),
    unverifiedClaims: parseObject(payload, 'payload'),
  }
}

type Part = 'header' | 'payload' | 'signature'

function decodePart(text: string, part: Part): Uint8Array {
  const bytes = decodeBase64Url(text)
  if (bytes === undefined) throw tokenInvalid(`The identity token's ${part} is not base64url without padding.`)
  return bytes
}

function parseObject(text: string, part: Part): JsonObject {
  const value = parseJson(decodePart(text, part), part)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw tokenInvalid(`The identity token's ${part} is not a JSON object.`)
  }
  // Array.isArray does not narrow a readonly array away.
  return value as JsonObject
}

function parseJson(bytes: Uint8Array, part: Part) {
  try {
    return parseStrictJson(bytes)
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause
    // Its message quotes keys of the token, so it is not repeated.
    throw tokenInvalid(`The identity token's ${part} is not JSON in which every key is there once.`)
  }
}

function parseHeader(header: JsonObject): Pick<CompactToken, 'algorithm' | 'keyId'> {
  const { alg, kid, crit } = header
  if (!isSignatureAlgorithm(alg)) {
    throw tokenInvalid(`The identity token must be signed with one of ${SIGNATURE_ALGORITHMS.join(', ')}.`)
  }
  if (crit !== undefined) throw tokenInvalid("The identity token's header asks for an extension that is unknown here.")
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > LONGEST_KEY_ID)) {
    throw tokenInvalid(`The identity token's key id is not a text of at most ${LONGEST_KEY_ID} characters.`)
  }
  return { algorithm: alg, keyId: kid }
}
