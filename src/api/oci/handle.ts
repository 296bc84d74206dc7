import { anonymousPrincipal, type Principal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import { authenticateBasic } from '../../services/authenticate-basic.ts'
import { authorize } from '../../services/authorize.ts'
import type { Caller, Services } from '../../services/context.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { RequestContext } from '../request-context.ts'
import type { OciCall } from './call.ts'
import { describeCall } from './describe-call.ts'
import { OCI_ERRORS } from './error-codes.ts'
import { refusalResponse } from './errors.ts'
import { parseCall } from './parse-call.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { OCI_TABLE } from './table.ts'

/**
 * Answers everything under `/v2`. The credential is checked before the address is looked at, so that a stranger
 * learns nothing from either.
 *
 * @throws what is not a `Refusal`: a bug of ours, which the server logs and answers with a bare 500
 */
export async function handleOciRequest(
  services: Services,
  request: Request,
  context: RequestContext,
): Promise<Response> {
  try {
    const principal = await authenticate(services, request, context)
    context.principal = principal.arn
    const call = parseCall(request.method, pathAndQuery(request.url))
    context.operation = call.kind
    context.target = describeCall(call)
    const caller: Caller = { principal, registry: services.defaultRegistry, requestId: context.requestId }
    return await runCall({ services, caller, request }, call)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    noteRefusal(context, request, { refusal: error, code: OCI_ERRORS[error.reason][1] })
    return refusalResponse(error, { head: request.method === 'HEAD' })
  }
}

async function authenticate(services: Services, request: Request, context: RequestContext): Promise<Principal> {
  if (context.anonymousListener) return anonymousPrincipal(services.defaultRegistry.accountId)
  return await authenticateBasic(services, request.headers.get('authorization'))
}

async function runCall<Kind extends OciCall['kind']>(oci: OciRequest, call: CallOf<Kind>): Promise<Response> {
  const row = OCI_TABLE[call.kind as Kind]
  if (row.action !== undefined) authorize(oci.caller, row.action, row.resource(oci.caller.registry, call))
  return await row.handle(oci, call)
}

function pathAndQuery(url: string): string {
  // The scheme's two slashes come first; a request always has a path after the host.
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}
