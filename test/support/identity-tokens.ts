import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { SignatureAlgorithm } from '../../src/core/oidc/signature-algorithms.ts'
import { importKey, type VerificationKey } from '../../src/core/oidc/verification-key.ts'
import type { OidcProvider } from '../../src/ports/metadata/identity.ts'

type Json = Readonly<Record<string, unknown>>

/** An issuer's key pair. */
export interface TokenSigner {
  readonly algorithm: SignatureAlgorithm
  readonly keyId: string
  readonly publicJwk: Json
  readonly privateKey: KeyObject
  readonly verificationKey: VerificationKey
  /** @param header members beside `alg` and `kid`, or instead of them */
  sign(claims: Json | string, header?: Json): string
}

export function makeSigner(algorithm: SignatureAlgorithm, keyId = 'key-1', modulusLength = 2048): TokenSigner {
  const { publicKey, privateKey } = generate(algorithm, modulusLength)
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: algorithm, use: 'sig' }
  return {
    algorithm,
    keyId,
    publicJwk,
    privateKey,
    verificationKey: importKey(publicJwk),
    sign: (claims, header = {}) => signToken({ alg: algorithm, kid: keyId, typ: 'JWT', ...header }, claims, privateKey),
  }
}

/** @param header as it is written, but for members that are undefined; the signature is of the key's kind whatever it says */
export function signToken(header: Json | string, claims: Json | string, privateKey: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`
  const algorithm = typeof header === 'string' ? 'RS256' : String(header.alg)
  return `${text}.${signatureOf(text, algorithm, privateKey).toString('base64url')}`
}

export function encode(part: Json | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

function signatureOf(text: string, algorithm: string, key: KeyObject): Buffer {
  const bits = Number(algorithm.slice(2))
  const hash = `sha${[256, 384, 512].includes(bits) ? bits : 256}`
  const data = Buffer.from(text)
  if (key.asymmetricKeyType === 'ed25519') return sign(null, data, key)
  if (key.asymmetricKeyType === 'ec') return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
  const padding = algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return sign(hash, data, { key, padding, ...(padding === constants.RSA_PKCS1_PSS_PADDING && { saltLength }) })
}

function generate(algorithm: SignatureAlgorithm, modulusLength: number) {
  switch (algorithm) {
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' })
    case 'ES512':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' })
    default:
      return generateKeyPairSync('rsa', { modulusLength })
  }
}

/** The claims of `test/fixtures/oidc/<name>.json`. */
export async function tokenFixture(name: string): Promise<Record<string, unknown> & { iss: string; iat: number }> {
  return await Bun.file(`${import.meta.dir}/../fixtures/oidc/${name}.json`).json()
}

export function newProvider(changes: Partial<OidcProvider> = {}): OidcProvider {
  return {
    kind: 'oidc-provider',
    id: 'OIDC1',
    name: 'provider',
    path: '/',
    createdAtMs: 0,
    tags: [],
    issuer: 'https://issuer.example.com',
    clientIds: ['registry.example.com'],
    thumbprints: [],
    keys: undefined,
    kubernetesCluster: undefined,
    claimTags: [],
    ...changes,
  }
}
