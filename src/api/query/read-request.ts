import type { Principal } from '../../core/principal.ts'
import type { Services } from '../../services/context.ts'
import { authenticateAws } from '../authenticate-aws.ts'
import { readCall } from '../read-call.ts'
import { type ParameterTree, parseForm, toTree } from './parameters.ts'
import { IAM, type QueryApi, queryApiOf, STS } from './query-api.ts'

const BODY_LIMIT_BYTES = 256 * 1024

/** A request of the query protocol. Its body counts against what all bodies may hold until it is disposed of. */
export interface QueryRequest extends Disposable {
  readonly api: QueryApi
  /** Who signed it; undefined when it is not signed. */
  readonly principal: Principal | undefined
  readonly parameters: ParameterTree
}

/**
 * Reads a request, and finds out who it speaks for if it is signed.
 *
 * @throws {Refusal} as `authenticateAws`, `readCall` and `parseForm` do
 */
export async function readRequest(services: Services, request: Request): Promise<QueryRequest> {
  const isPresigned = request.method === 'GET'
  if (!isPresigned && !request.headers.has('authorization')) return await readUnsigned(services, request)
  using reading = new DisposableStack()
  const signed = reading.use(
    await authenticateAws(services, request, {
      services: ['sts', 'iam'],
      region: undefined,
      presigned: isPresigned ? 'allowed' : 'refused',
      bodyLimitBytes: BODY_LIMIT_BYTES,
    }),
  )
  const { principal, claim, body } = signed
  const parameters = isPresigned ? toTree(claim.query) : parseForm(body)
  return { api: queryApiOf(claim.service), principal, parameters, ...holding(reading) }
}

/** Without a signature it can only be for STS. */
async function readUnsigned(services: Services, request: Request): Promise<QueryRequest> {
  using reading = new DisposableStack()
  const { bytes } = reading.use(await readCall(services, request, BODY_LIMIT_BYTES))
  return { api: STS, principal: undefined, parameters: parseForm(bytes), ...holding(reading) }
}

function holding(reading: DisposableStack): Disposable {
  const held = reading.move()
  return { [Symbol.dispose]: () => held.dispose() }
}

/** Which API a request says that it is signed for, whether or not that is true: for errors before anybody knows. */
export function claimedApi(request: Request): QueryApi {
  const claim = request.headers.get('authorization') ?? request.url
  return /(?:\/|%2F)iam(?:\/|%2F)aws4_request/i.test(claim) ? IAM : STS
}
