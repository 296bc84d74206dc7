/** What a token's signature may be made with (RFC 7518 section 3.1, RFC 8037). `none` and every HMAC are left out. */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'

/** What a key has to be for an algorithm, and how the signature is checked with it. */
export interface AlgorithmTraits {
  readonly keyType: 'RSA' | 'EC' | 'OKP'
  /** Undefined for RSA alone; an algorithm for curves is for one of them. */
  readonly curve: string | undefined
  /** Undefined where the algorithm has its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined
  readonly padding: 'pkcs1' | 'pss' | undefined
}

const ALGORITHMS: Readonly<Record<SignatureAlgorithm, AlgorithmTraits>> = {
  RS256: rsa('sha256', 'pkcs1'),
  RS384: rsa('sha384', 'pkcs1'),
  RS512: rsa('sha512', 'pkcs1'),
  PS256: rsa('sha256', 'pss'),
  PS384: rsa('sha384', 'pss'),
  PS512: rsa('sha512', 'pss'),
  ES256: ellipticCurve('P-256', 'sha256'),
  ES384: ellipticCurve('P-384', 'sha384'),
  ES512: ellipticCurve('P-521', 'sha512'),
  EdDSA: { keyType: 'OKP', curve: 'Ed25519', hash: undefined, padding: undefined },
}

function rsa(hash: 'sha256' | 'sha384' | 'sha512', padding: 'pkcs1' | 'pss'): AlgorithmTraits {
  return { keyType: 'RSA', curve: undefined, hash, padding }
}

function ellipticCurve(curve: string, hash: 'sha256' | 'sha384' | 'sha512'): AlgorithmTraits {
  return { keyType: 'EC', curve, hash, padding: undefined }
}

export function isSignatureAlgorithm(text: unknown): text is SignatureAlgorithm {
  return typeof text === 'string' && Object.hasOwn(ALGORITHMS, text)
}

export function traitsOf(algorithm: SignatureAlgorithm): AlgorithmTraits {
  return ALGORITHMS[algorithm]
}

/** For sentences that say what was expected. */
export const SIGNATURE_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS)
