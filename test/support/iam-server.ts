import { IAMClient } from '@aws-sdk/client-iam'
import { SystemClock } from '../../src/adapters/system-clock.ts'
import { handleAwsRequest } from '../../src/api/handle-aws-request.ts'
import type { Principal } from '../../src/core/principal.ts'
import type { AccessKey } from '../../src/ports/credentials.ts'
import { requestContext } from './request-context.ts'
import { openTestRegistry, TEST_KEY_ID, TEST_SECRET, type TestRegistry } from './test-registry.ts'

const SECRET = 'another-secret-for-tests-only'

/** IAM behind a socket, for Amazon's own client. */
export interface IamServer extends AsyncDisposable {
  readonly registry: TestRegistry
  /** The root user's. */
  readonly client: IAMClient
  /** A client of somebody, who need not be there. */
  as(principal: Exclude<Principal, { kind: 'anonymous' }>): IAMClient
  /** Headers of the last answer. */
  lastHeaders(): Headers
}

export async function openIamServer(): Promise<IamServer> {
  const registry = await openTestRegistry()
  const keys = new Map<string, AccessKey>()
  const credentials = { find: async (id: string) => keys.get(id) ?? (await registry.services.credentials.find(id)) }
  // The SDK signs with the real time.
  const services = { ...registry.services, clock: new SystemClock(), credentials }
  let headers = new Headers()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const context = requestContext({ host: new URL(request.url).host })
      const response = await handleAwsRequest(services, request, context, { version: '9.9.9' })
      headers = response.headers
      return response
    },
  })
  const clients: IAMClient[] = []
  const connect = (accessKeyId: string, secretAccessKey: string) => {
    const options = { region: 'us-east-1', endpoint: server.url.origin, maxAttempts: 1 }
    const client = new IAMClient({ ...options, credentials: { accessKeyId, secretAccessKey } })
    clients.push(client)
    return client
  }
  return {
    registry,
    client: connect(TEST_KEY_ID, TEST_SECRET),
    as(principal) {
      const accessKeyId = `AKIATEST${keys.size}`
      keys.set(accessKeyId, { accessKeyId, secretAccessKey: SECRET, principal })
      return connect(accessKeyId, SECRET)
    },
    lastHeaders: () => headers,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await server.stop(true)
      await registry[Symbol.asyncDispose]()
    },
  }
}
