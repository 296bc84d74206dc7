/**
 * `npm run bench:micro`: nanoseconds per call of what every request runs through. No thresholds: it is there to see
 * what a change does.
 */
import { randomBytes } from 'node:crypto'
import { parseCall } from '../src/api/oci/parse-call.ts'
import { parseDigest } from '../src/core/digest.ts'
import { parseManifest } from '../src/core/manifest/parse-manifest.ts'
import { rootPrincipal } from '../src/core/principal.ts'
import { authenticateBasic } from '../src/services/authenticate-basic.ts'
import type { Services } from '../src/services/context.ts'
import { LoginCache } from '../src/services/login-cache.ts'
import { issueToken } from '../src/services/token.ts'
import { contentOf, imageOf, MANIFEST_TYPE } from './load/content.ts'
import { policyCalls } from './micro-policy.ts'
import { storeCalls } from './micro-store.ts'
import { median } from './statistics.ts'

const ROUNDS = 7
const ROUND_MS = 100

export interface MicroCall {
  readonly name: string
  call(): unknown
}

const KEY = { accessKeyId: 'AKIABENCHBENCHBENCH0', secretAccessKey: 'bench-secret-of-forty-characters-0123456' }
const LAYERS = Array.from({ length: 8 }, (_, index) => contentOf(new Uint8Array([index])))
const DIGEST = parseDigest(LAYERS[0]?.digest ?? '')

function pureCalls(): MicroCall[] {
  const { manifest } = imageOf('latest', LAYERS)
  return [
    { name: 'parseCall, manifest by tag', call: () => parseCall('GET', '/v2/team-blue/api/manifests/latest') },
    { name: 'parseCall, blob', call: () => parseCall('GET', `/v2/team-blue/api/blobs/${DIGEST}`) },
    { name: 'parseDigest', call: () => parseDigest(DIGEST) },
    { name: 'parseManifest, 8 layers', call: () => parseManifest(manifest.bytes, MANIFEST_TYPE) },
  ]
}

function credentialCalls(): MicroCall[] {
  const principal = rootPrincipal('000000000000', KEY.accessKeyId)
  const key = { ...KEY, principal }
  // All that a credential check asks for; anything else would be undefined, and fail loudly.
  const services = {
    credentials: { find: async (id: string) => (id === KEY.accessKeyId ? key : undefined) },
    clock: { nowMs: () => Date.now() },
    logins: new LoginCache(),
    tokenKey: new Uint8Array(randomBytes(32)),
  } as unknown as Services
  const secret = `Basic ${btoa(`${KEY.accessKeyId}:${KEY.secretAccessKey}`)}`
  const token = `Basic ${btoa(`AWS:${issueToken(services, principal, Date.now() + 3_600_000)}`)}`
  const forgetful = () => ({ ...services, logins: new LoginCache() })
  return [
    { name: 'Basic, seen within the last second', call: () => authenticateBasic(services, secret) },
    { name: 'Basic with access key and secret', call: () => authenticateBasic(forgetful(), secret) },
    { name: 'Basic with authorization token', call: () => authenticateBasic(forgetful(), token) },
  ]
}

async function nanosecondsOf({ call }: MicroCall): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = Bun.nanoseconds()
    let calls = 0
    while (Bun.nanoseconds() - begun < ROUND_MS * 1e6) {
      for (let index = 0; index < 100; index++) await call()
      calls += 100
    }
    rounds.push((Bun.nanoseconds() - begun) / calls)
  }
  return median(rounds)
}

await using store = await storeCalls()
for (const one of [...pureCalls(), ...policyCalls(), ...credentialCalls(), ...store.calls]) {
  console.log(`${(await nanosecondsOf(one)).toFixed(0).padStart(9)} ns  ${one.name}`)
}
