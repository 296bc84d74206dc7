import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import { FencedPost } from '../../src/adapters/http/fenced-post.ts'
import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { RandomIds } from '../../src/adapters/random-ids.ts'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { anonymousPrincipal, rootPrincipal } from '../../src/core/principal.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import type { TagMutability } from '../../src/core/tag-mutability.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { AnswerRoom } from '../../src/services/answer-room.ts'
import { AuditTrail } from '../../src/services/audit/audit-trail.ts'
import { BackgroundWork } from '../../src/services/background-work.ts'
import { BlobCache } from '../../src/services/blob-cache.ts'
import { BodyRoom } from '../../src/services/body-room.ts'
import { type Caller, DEFAULT_LIMITS, type Limits, type Services } from '../../src/services/context.ts'
import { CostMemory } from '../../src/services/costs/cost-memory.ts'
import { EventHub } from '../../src/services/events/event-hub.ts'
import { Directory } from '../../src/services/identity/directory.ts'
import { InstallationKeys } from '../../src/services/identity/installation-keys.ts'
import { RepositoryPolicies } from '../../src/services/identity/repository-policies.ts'
import { UseRecorder } from '../../src/services/identity/use-recorder.ts'
import { LoginCache } from '../../src/services/login-cache.ts'
import { ProviderKeys } from '../../src/services/oidc/provider-keys.ts'
import { PullRecorder } from '../../src/services/pull-recorder.ts'
import { ManualClock } from './manual-clock.ts'
import { requestContext } from './request-context.ts'

export const TEST_KEY_ID = 'AKIATESTTESTTESTTEST'
export const TEST_SECRET = 'a-secret-for-tests-only'
const ACCOUNT = '000000000000'

export interface SendOptions {
  readonly headers?: Record<string, string>
  readonly body?: BodyInit
  /** Replaces the root key's Basic header; null sends none. */
  readonly authorization?: string | null
  readonly anonymousListener?: boolean
}

/** A whole registry in memory, driven by requests as the server would drive it. */
export interface TestRegistry extends AsyncDisposable {
  readonly services: Services
  readonly clock: ManualClock
  readonly caller: Caller
  /** Sends one request to the OCI surface as the root user. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>
}

/** @param given another store than SQLite in memory; it is closed with the registry */
export async function openTestRegistry(limits: Partial<Limits> = {}, given?: MetadataStore): Promise<TestRegistry> {
  const clock = new ManualClock()
  const metadata = given ?? (await openSqliteMetadataStore({ path: ':memory:' }))
  const registry = await metadata.transact((transaction) =>
    transaction.ensureRegistry(ACCOUNT, 'us-east-1', clock.nowMs()),
  )
  const principal = rootPrincipal(ACCOUNT, TEST_KEY_ID)
  const key = { accessKeyId: TEST_KEY_ID, secretAccessKey: TEST_SECRET, principal }
  const logins = new LoginCache()
  const directory = new Directory({ metadata, region: registry.region, monotonicMs: () => performance.now() })
  directory.onChange(() => logins.clear())
  const background = new BackgroundWork((_work, error) => failWith(error))
  const blobs = new MemoryBlobStore()
  const services: Services = {
    background,
    metadata,
    blobs,
    costs: new CostMemory({ metadata, blobs, clock }),
    blobCache: new BlobCache(1024 * 1024),
    bodyRoom: new BodyRoom(256 * 1024 * 1024, () => performance.now()),
    answerRoom: new AnswerRoom(64 * 1024 * 1024, () => performance.now()),
    logins,
    directory,
    audit: new AuditTrail({ metadata, clock, ids: new RandomIds() }, { region: registry.region, failed: failWith }),
    eventHub: new EventHub(),
    receivers: new FencedPost({ resolve: async () => [], timeoutMs: 1000 }),
    providerKeys: new ProviderKeys({ documents: { get: refuseToFetch }, clock, observe: () => {} }),
    repositoryPolicies: new RepositoryPolicies(metadata),
    keys: new InstallationKeys([new Uint8Array(32).fill(7)]),
    installationId: 'a-test-installation',
    pulls: new PullRecorder(metadata, clock),
    uses: new UseRecorder({ metadata, clock }, registry.region),
    credentials: { find: async (id) => (id === TEST_KEY_ID ? key : undefined) },
    clock,
    ids: new RandomIds(),
    limits: { ...DEFAULT_LIMITS, ...limits },
    defaultRegistry: registry,
  }
  return {
    services,
    clock,
    caller: { principal, registry, requestId: 'test', origin: requestContext() },
    send: (method, path, options = {}) => sendTo(services, method, path, options),
    [Symbol.asyncDispose]: async () => {
      await background.stop()
      await services.audit.close()
      await metadata.close()
    },
  }
}

/** Nothing that a test notes may fail to be written. */
function failWith(error: unknown): void {
  throw error
}

/** Tests upload the keys of their providers. */
async function refuseToFetch(url: string): Promise<never> {
  throw new Error(`a test asked for ${url}`)
}

/** A repository as CreateRepository makes it by default. */
export async function createRepository(
  registry: TestRegistry,
  name: string,
  tagMutability?: TagMutability,
): Promise<Repository> {
  const { services, clock } = registry
  const repository = await services.metadata.transact((transaction) =>
    transaction.insertRepository({
      registryId: services.defaultRegistry.id,
      name: parseRepositoryName(name),
      createdAtMs: clock.nowMs(),
      tagMutability,
      scanOnPush: undefined,
      encryption: { type: 'AES256' },
    }),
  )
  if (repository === undefined) throw new Error(`${name} exists`)
  return repository
}

/** Root's `Authorization` header. */
export const ROOT_AUTHORIZATION = `Basic ${btoa(`${TEST_KEY_ID}:${TEST_SECRET}`)}`

export const ANONYMOUS = anonymousPrincipal(ACCOUNT)

export async function sendTo(
  services: Services,
  method: string,
  path: string,
  options: SendOptions,
): Promise<Response> {
  const headers = new Headers(options.headers)
  const authorization = options.authorization === undefined ? ROOT_AUTHORIZATION : options.authorization
  if (authorization !== null) headers.set('authorization', authorization)
  const request = new Request(`http://127.0.0.1:5000${path}`, { method, headers, body: options.body ?? null })
  const context = requestContext({ anonymousListener: options.anonymousListener ?? false })
  return await handleOciRequest(services, request, context)
}
