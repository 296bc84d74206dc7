/**
 * `npm run bench:micro`: nanoseconds per call of what every request runs through, and how many images a second the
 * lifecycle planner judges. No thresholds: it is there to see what a change does.
 */
import { randomBytes } from 'node:crypto'
import { parseCall } from '../src/api/oci/parse-call.ts'
import { parseDigest } from '../src/core/digest.ts'
import { parseManifest } from '../src/core/manifest/parse-manifest.ts'
import { rootPrincipal } from '../src/core/principal.ts'
import { authenticateBasic } from '../src/services/authenticate-basic.ts'
import type { Services } from '../src/services/context.ts'
import { InstallationKeys } from '../src/services/identity/installation-keys.ts'
import { LoginCache } from '../src/services/login-cache.ts'
import { issueToken } from '../src/services/token.ts'
import { contentOf, imageOf, MANIFEST_TYPE } from './load/content.ts'
import { authorizationCalls } from './micro-authorization.ts'
import { lifecyclePlannings } from './micro-lifecycle.ts'
import { policyCalls } from './micro-policy.ts'
import { storeCalls } from './micro-store.ts'
import { median } from './statistics.ts'

const ROUNDS = 7
const ROUND_MS = 100
const SAMPLES = 200_000

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

const ORIGIN = { clientAddress: '127.0.0.1', secure: false, userAgent: 'bench' }

function credentialCalls(): MicroCall[] {
  const principal = rootPrincipal('000000000000', KEY.accessKeyId)
  const key = { ...KEY, principal }
  // All that a credential check asks for; anything else would be undefined, and fail loudly.
  const services = {
    credentials: { find: async (id: string) => (id === KEY.accessKeyId ? key : undefined) },
    clock: { nowMs: () => Date.now() },
    logins: new LoginCache(),
    uses: { note: () => {} },
    keys: new InstallationKeys([new Uint8Array(randomBytes(32))]),
  } as unknown as Services
  const basic = (login: string) => ({ header: `Basic ${btoa(login)}`, service: 'ecr' })
  const secret = basic(`${KEY.accessKeyId}:${KEY.secretAccessKey}`)
  const token = basic(`AWS:${issueToken(services, principal).token}`)
  const forgetful = () => ({ ...services, logins: new LoginCache() })
  return [
    { name: 'Basic, seen within the last second', call: () => authenticateBasic(services, secret, ORIGIN) },
    { name: 'Basic with access key and secret', call: () => authenticateBasic(forgetful(), secret, ORIGIN) },
    { name: 'Basic with authorization token', call: () => authenticateBasic(forgetful(), token, ORIGIN) },
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

/** Each call by itself, as a budget may be about the slowest ones; what a clock costs is in it. */
async function quantilesOf({ call }: MicroCall): Promise<{ p50: number; p99: number }> {
  const samples = new Float64Array(SAMPLES)
  for (let index = 0; index < SAMPLES; index++) {
    const begun = Bun.nanoseconds()
    await call()
    samples[index] = Bun.nanoseconds() - begun
  }
  samples.sort()
  return { p50: samples[Math.floor(SAMPLES * 0.5)] ?? 0, p99: samples[Math.floor(SAMPLES * 0.99)] ?? 0 }
}

await using store = await storeCalls()
await using authorization = await authorizationCalls()
for (const one of [...pureCalls(), ...policyCalls(), ...credentialCalls(), ...store.calls]) {
  console.log(`${(await nanosecondsOf(one)).toFixed(0).padStart(9)} ns  ${one.name}`)
}
for (const one of authorization.calls) {
  const { p50, p99 } = await quantilesOf(one)
  console.log(`${p50.toFixed(0).padStart(9)} ns  ${one.name}, p50; p99 ${p99.toFixed(0)} ns`)
}
for (const { name, imagesPerSecond } of lifecyclePlannings()) {
  console.log(`${imagesPerSecond.toFixed(0).padStart(9)} images/s  plan of a lifecycle policy, ${name}`)
}
