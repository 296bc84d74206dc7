import { expect, test } from 'bun:test'
import { makeSigner, newProvider } from '../../../test/support/identity-tokens.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { refusalFrom } from '../../../test/support/refusal-of.ts'
import { makeTlsAuthority } from '../../../test/support/tls-authority.ts'
import { FencedFetch } from '../../adapters/http/fenced-fetch.ts'
import { authenticateIdentityToken } from './authenticate-identity-token.ts'
import { ProviderKeys } from './provider-keys.ts'

test.skipIf(Bun.which('openssl') === null)(
  'authenticateIdentityToken() goes all the way to an issuer over TLS (certificates by openssl)',
  async () => {
    await using authority = await makeTlsAuthority()
    const signer = makeSigner('ES256')
    const asked: string[] = []
    let host = ''
    await using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: await authority.issue('DNS:issuer.test'),
      fetch(request) {
        const { pathname } = new URL(request.url)
        asked.push(pathname)
        if (pathname === '/jwks') return Response.json({ keys: [signer.publicJwk] })
        return Response.json({ issuer: `https://${host}/a`, jwks_uri: `https://${host}/jwks` })
      },
    })
    host = `issuer.test:${server.port}`
    const issuer = `https://${host}/a`
    const clock = new ManualClock()
    const seconds = clock.nowMs() / 1000
    const claims = { iss: issuer, sub: 'a', aud: 'registry.example.com', iat: seconds, exp: seconds + 600 }
    const authenticate = (allowedHosts: readonly string[]) => {
      const resolve = async () => ['127.0.0.1']
      const documents = new FencedFetch({ allowedHosts, ca: authority.certificate, resolve })
      const providerKeys = new ProviderKeys({ documents, clock, observe: () => {} })
      return authenticateIdentityToken({ providerKeys, clock }, newProvider({ issuer }), signer.sign(claims))
    }
    expect((await refusalFrom(authenticate([]))).reason).toBe('identity-provider-unreachable')
    expect(asked).toEqual([])
    expect(await authenticate([host])).toMatchObject({ issuer, subject: 'a', audience: 'registry.example.com' })
    expect(asked).toEqual(['/a/.well-known/openid-configuration', '/jwks'])
  },
)
