import type { Principal } from '../../core/principal.ts'
import type { Services } from '../../services/context.ts'
import { authenticateAws } from '../authenticate-aws.ts'
import { readCall } from '../read-call.ts'
import { type ParameterTree, parseForm, toTree } from './parameters.ts'
import { type QueryApi, queryApiOf, STS } from './query-api.ts'

const BODY_LIMIT_BYTES = 256 * 1024

/** A request of the query protocol. */
export interface QueryRequest {
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
  using signed = await authenticateAws(services, request, {
    services: ['sts', 'iam'],
    region: undefined,
    presigned: isPresigned ? 'allowed' : 'refused',
    bodyLimitBytes: BODY_LIMIT_BYTES,
  })
  const { principal, claim, body } = signed
  const parameters = isPresigned ? toTree(claim.query) : parseForm(body)
  return { api: queryApiOf(claim.service), principal, parameters }
}

async function readUnsigned(services: Services, request: Request): Promise<QueryRequest> {
  using body = await readCall(services, request, BODY_LIMIT_BYTES)
  return { api: STS, principal: undefined, parameters: parseForm(body.bytes) }
}
