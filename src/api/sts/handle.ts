import { quote } from '../../core/digest.ts'
import type { Principal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../../services/context.ts'
import { authenticateAws } from '../authenticate-aws.ts'
import type { AwsOptions } from '../aws-options.ts'
import { noteRefusal } from '../note-refusal.ts'
import { readCall } from '../read-call.ts'
import type { RequestContext } from '../request-context.ts'
import { QUERY_ERRORS, xmlErrorResponse } from './errors.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { type QueryApi, queryApiOf } from './query-api.ts'
import { xmlElements } from './xml.ts'

const BODY_LIMIT_BYTES = 256 * 1024
/** Calls that carry another proof than a signature (iam.md 2.1); they are not available yet either. */
const UNSIGNED_ACTIONS = ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']

interface QueryCall {
  readonly api: QueryApi
  readonly action: string
  readonly principal: Principal
}

/** STS and IAM: a form at `POST /`, or a presigned `GET /`, answered in XML. */
export async function handleQueryRequest(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions,
): Promise<Response> {
  context.surface = 'sts'
  context.operation = 'unknown'
  let api = queryApiOf('sts')
  try {
    const call = await authenticate(services, request, options)
    api = call.api
    context.principal = call.principal.arn
    return await run(call, context, options)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    noteRefusal(context, request, { refusal: error, code: QUERY_ERRORS[error.reason].code })
    return xmlErrorResponse(api, error, context.requestId)
  }
}

async function authenticate(services: Services, request: Request, options: AwsOptions): Promise<QueryCall> {
  const presigned = request.method === 'GET'
  if (!presigned && !request.headers.has('authorization')) throw await refuseUnsigned(services, request, options)
  using signed = await authenticateAws(services, request, {
    services: ['sts', 'iam'],
    region: undefined,
    presigned: presigned ? 'allowed' : 'refused',
    bodyLimitBytes: BODY_LIMIT_BYTES,
  })
  const { principal, claim, body } = signed
  const parameters = presigned
    ? new URLSearchParams(claim.query.map(([name, value]) => [name, value]))
    : parseForm(body)
  return { api: queryApiOf(claim.service), action: parameters.get('Action') ?? '', principal }
}

/** Only the action's name is looked at, and only to say why it is refused. */
async function refuseUnsigned(services: Services, request: Request, options: AwsOptions): Promise<Refusal> {
  using body = await readCall(services, request, BODY_LIMIT_BYTES)
  const action = parseForm(body.bytes).get('Action') ?? ''
  if (UNSIGNED_ACTIONS.includes(action)) return notAvailableYet(action, options)
  return new Refusal('unauthenticated', 'Request is missing Authentication Token')
}

function parseForm(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(Buffer.from(body).toString())
}

async function run(call: QueryCall, context: RequestContext, options: AwsOptions): Promise<Response> {
  const { api, action } = call
  if (!/^[A-Z][A-Za-z]{2,80}$/.test(action)) {
    throw new Refusal('operation-unknown', `Could not find operation ${quote(action)}.`)
  }
  if (api.service !== 'sts' || action !== 'GetCallerIdentity') throw notAvailableYet(action, options)
  context.operation = action
  const result = xmlElements(getCallerIdentity(call.principal))
  const metadata = xmlElements({ RequestId: context.requestId })
  const body =
    `<${action}Response xmlns="${api.namespace}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata>${metadata}</ResponseMetadata></${action}Response>`
  return new Response(body, { headers: { 'Content-Type': 'text/xml' } })
}

function notAvailableYet(action: string, options: AwsOptions): Refusal {
  return new Refusal('not-available-yet', `${action} is not available yet in Lading ${options.version}.`)
}
