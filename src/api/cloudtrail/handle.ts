import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { audited } from '../../services/audit/audited-call.ts'
import { authorize } from '../../services/authorize.ts'
import type { Services } from '../../services/context.ts'
import { registryFor, registryOfAccount } from '../../services/registry-for.ts'
import { authenticateAws } from '../authenticate-aws.ts'
import { callerOf } from '../caller-of.ts'
import { AWS_JSON } from '../ecr/aws-json.ts'
import { errorResponse, errorType } from '../ecr/errors.ts'
import { jsonAnswer } from '../large-answer.ts'
import { noteRefusal } from '../note-refusal.ts'
import { parseJsonBody } from '../parse-json-body.ts'
import type { RequestContext } from '../request-context.ts'
import { lookupEvents } from './lookup-events.ts'

/** CloudTrail's model of 2013-11-01, `targetPrefix`. */
const TARGET_PREFIX = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.'
const LOOKUP = 'LookupEvents'
const BODY_LIMIT_BYTES = 64 * 1024

export function isCloudTrailTarget(target: string | null): boolean {
  return target?.startsWith(TARGET_PREFIX) === true
}

/** What `aws cloudtrail lookup-events` needs of CloudTrail's API: AWS JSON 1.1 at `POST /`, as ECR's. */
export async function handleCloudTrailRequest(
  services: Services,
  request: Request,
  context: RequestContext,
): Promise<Response> {
  context.surface = 'cloudtrail'
  try {
    return await answer(services, request, context)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const response = errorResponse(error, errorTypesOf(error))
    noteRefusal(context, request, { refusal: error, code: response.headers.get('x-amzn-errortype') ?? '' })
    return response
  }
}

async function answer(services: Services, request: Request, context: RequestContext): Promise<Response> {
  const isLookup = request.headers.get('x-amz-target') === `${TARGET_PREFIX}${LOOKUP}`
  context.operation = isLookup ? LOOKUP : 'unknown'
  const asked = await registryFor(services, context.host)
  using signed = await authenticateAws(services, request, {
    services: ['cloudtrail'],
    region: asked.region,
    presigned: 'refused',
    bodyLimitBytes: BODY_LIMIT_BYTES,
  })
  const { principal, body } = signed
  context.principal = principal.arn
  if (!isLookup) throw unknownOperation()
  const members = parseJsonBody(body)
  const registry = await registryOfAccount(services, { accountId: principal.accountId, region: asked.region })
  const caller = callerOf(context, principal, registry)
  const facts = {
    source: 'cloudtrail.amazonaws.com',
    name: LOOKUP,
    readOnly: true,
    parameters: members,
    codeOf: errorType,
  } as const
  const events = await audited(services, caller, facts, async () => {
    // As AWS has it, it is about no resource (service authorization reference, CloudTrail, read 2026-11).
    await authorize(services, caller, { action: `cloudtrail:${LOOKUP}`, resource: '*', repository: undefined })
    return await lookupEvents(services, caller, members)
  })
  return jsonAnswer(services, events, { 'Content-Type': AWS_JSON })
}

/** CloudTrail has an error for every member of the input. */
function errorTypesOf({ detail }: Refusal): Partial<Record<RefusalReason, string>> {
  const parameter = typeof detail.errorType === 'string' ? { 'parameter-invalid': detail.errorType } : {}
  return { 'page-invalid': 'InvalidNextTokenException', ...parameter }
}

function unknownOperation(): Refusal {
  return new Refusal('operation-unknown', `Of CloudTrail's operations only ${LOOKUP} is there.`)
}
