import type { OidcProvider } from '../../src/ports/metadata/identity.ts'
import { insertIdentities } from './identities.ts'
import { makeSigner, newProvider, type TokenSigner } from './identity-tokens.ts'
import type { TestRegistry } from './test-registry.ts'

/** An issuer of identity tokens with a key of its own. */
export class TestIssuer {
  readonly issuer: string
  readonly #signer: TokenSigner

  constructor(issuer: string, keyId = 'key-1') {
    this.issuer = issuer
    this.#signer = makeSigner('ES256', keyId)
  }

  /** As it is uploaded. */
  get jwk(): TokenSigner['publicJwk'] {
    return this.#signer.publicJwk
  }

  /** @param claims beside `iss`; times in seconds, `exp` and `iat` too */
  token(claims: Readonly<Record<string, unknown>>): string {
    return this.#signer.sign({ iss: this.issuer, ...claims })
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
  const id = services.ids.entityId('AOID')
  const provider = newProvider({
    id,
    name,
    createdAtMs: clock.nowMs(),
    issuer: issuer.issuer,
    clientIds: ['sts.amazonaws.com'],
    keys: [issuer.jwk],
    ...more,
  })
  await insertIdentities(registry, [provider], services.defaultRegistry.accountId)
  return id
}
