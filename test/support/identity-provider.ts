import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { OidcProvider } from '../../src/ports/metadata/identity.ts'
import type { TestRegistry } from './test-registry.ts'

/** An issuer of identity tokens with a key of its own. */
export class TestIssuer {
  readonly issuer: string
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  readonly #keyId: string

  constructor(issuer: string, keyId = 'key-1') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.issuer = issuer
    this.#privateKey = privateKey
    this.#publicKey = publicKey
    this.#keyId = keyId
  }

  /** As it is uploaded. */
  get jwk(): Record<string, unknown> {
    return { ...this.#publicKey.export({ format: 'jwk' }), kid: this.#keyId, use: 'sig', alg: 'ES256' }
  }

  /** @param claims beside `iss`; times in seconds, `exp` and `iat` too */
  token(claims: Readonly<Record<string, unknown>>): string {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const header = encode({ alg: 'ES256', kid: this.#keyId, typ: 'JWT' })
    const signed = `${header}.${encode({ iss: this.issuer, ...claims })}`
    const signature = sign('sha256', Buffer.from(signed), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }

  /** Of a service account of a cluster. */
  podToken(
    registry: TestRegistry,
    pod: {
      readonly namespace: string
      readonly account: string
      readonly audience?: string
      readonly seconds?: number
    },
  ): string {
    const nowSeconds = Math.floor(registry.clock.nowMs() / 1000)
    const { namespace, account } = pod
    return this.token({
      sub: `system:serviceaccount:${namespace}:${account}`,
      aud: [pod.audience ?? 'sts.amazonaws.com'],
      iat: nowSeconds,
      exp: nowSeconds + (pod.seconds ?? 3600),
      'kubernetes.io': {
        namespace,
        serviceaccount: { name: account, uid: '6f0e4b4e-0000-4000-8000-000000000001' },
        pod: { name: `${account}-0`, uid: '6f0e4b4e-0000-4000-8000-000000000002' },
      },
    })
  }
}

/** Registers an issuer with its key uploaded. @returns the provider's id, which stored policies name it by */
export async function makeProvider(
  registry: TestRegistry,
  name: string,
  issuer: TestIssuer,
  more: Partial<OidcProvider> = {},
): Promise<string> {
  const { services, clock } = registry
  const { accountId } = services.defaultRegistry
  const id = services.ids.entityId('AOID')
  await services.metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities(accountId)).insert({
      kind: 'oidc-provider',
      id,
      name,
      path: '/',
      createdAtMs: clock.nowMs(),
      tags: [],
      issuer: issuer.issuer,
      clientIds: ['sts.amazonaws.com'],
      thumbprints: [],
      keys: [issuer.jwk],
      kubernetesCluster: undefined,
      claimTags: [],
      ...more,
    })
  })
  return id
}
