import { anonymousPrincipal } from '../../core/principal.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { audited } from '../../services/audit/audited-call.ts'
import { authenticateBasic } from '../../services/authenticate-basic.ts'
import { authorize } from '../../services/authorize.ts'
import type { Services } from '../../services/context.ts'
import { registryFor } from '../../services/registry-for.ts'
import { callerOf } from '../caller-of.ts'
import { noteRefusal } from '../note-refusal.ts'
import type { RequestContext } from '../request-context.ts'
import { auditFacts } from './audit-facts.ts'
import type { OciCall } from './call.ts'
import { describeCall } from './describe-call.ts'
import { OCI_ERRORS } from './error-codes.ts'
import { refusalResponse } from './errors.ts'
import { explainToContainerd } from './explain-to-containerd.ts'
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
    const registry = await registryFor(services, context.host)
    const principal = context.anonymousListener
      ? anonymousPrincipal(registry.accountId)
      : await authenticateBasic(services, { header: request.headers.get('authorization'), service: 'ecr' }, context)
    const caller = callerOf(context, principal, registry)
    const call = parseCall(request.method, pathAndQuery(request.url))
    context.operation = call.kind
    context.target = describeCall(call)
    return await runAudited({ services, caller, request }, call)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    noteRefusal(context, request, { refusal: error, code: OCI_ERRORS[error.reason][1] })
    return explainToContainerd(request, error) ?? refusalResponse(error, { head: request.method === 'HEAD' })
  }
}

/** Answers a call and leaves its record, if it is one that leaves any beside denials. */
function runAudited(oci: OciRequest, call: OciCall): Promise<Response> {
  const facts = auditFacts(oci, call)
  if (facts === undefined) return runCall(oci, call)
  const codeOf = (reason: RefusalReason) => OCI_ERRORS[reason][1]
  return audited(oci.services, oci.caller, { ...facts, codeOf }, (services) => runCall({ ...oci, services }, call))
}

/** The only look-up of the repository: what it finds is decided and worked with. */
async function runCall<Kind extends OciCall['kind']>(oci: OciRequest, call: CallOf<Kind>): Promise<Response> {
  const { services, caller } = oci
  // The kind of this call, and not any of the union's: it is what lets the row's handler take the call.
  const row = OCI_TABLE[call.kind as Kind]
  const repository = 'name' in call ? await services.metadata.findRepository(caller.registry.id, call.name) : undefined
  for (const access of row.accesses(oci, call, repository)) await authorize(services, caller, access)
  return await row.handle(oci, call, repository)
}

function pathAndQuery(url: string): string {
  // The scheme's two slashes come first; a request always has a path after the host.
  return url.slice(url.indexOf('/', url.indexOf('//') + 2))
}
