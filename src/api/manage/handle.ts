import lifecycleSchema from '../../../docs/schemas/lifecycle-policy-v1.json' with { type: 'json' }
import type { AuthenticatedPrincipal } from '../../core/principal.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { audited, type CallFacts } from '../../services/audit/audited-call.ts'
import { authenticateBasic } from '../../services/authenticate-basic.ts'
import { authorize } from '../../services/authorize.ts'
import type { Services } from '../../services/context.ts'
import { registryFor, registryOfAccount } from '../../services/registry-for.ts'
import type { AwsOptions } from '../aws-options.ts'
import { callerOf } from '../caller-of.ts'
import { cut } from '../cut.ts'
import { jsonAnswer } from '../large-answer.ts'
import { noteRefusal } from '../note-refusal.ts'
import { readCall } from '../read-call.ts'
import type { RequestContext } from '../request-context.ts'
import { checkOrigin } from './check-origin.ts'
import type { ManageCall, ManageRow } from './define-operation.ts'
import { errorResponse, MANAGE_ERRORS, MANAGE_HEADERS } from './errors.ts'
import { eventStreamAnswer } from './event-stream-answer.ts'
import { linesAnswer } from './lines-answer.ts'
import { describeApi } from './openapi.ts'
import { parseInput } from './parse-input.ts'
import { findRow, type Routed } from './router.ts'

/** A provider's keys are the largest thing that anybody sends. */
const BODY_LIMIT_BYTES = 256 * 1024

/**
 * Answers everything under `/api/v1`: who asks is found out before the address is looked at.
 *
 * @throws what is not a `Refusal`: a bug of ours, which the server logs and answers with a bare 500
 */
export async function handleManageRequest(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions,
): Promise<Response> {
  context.surface = 'manage'
  try {
    return await answer(services, request, context, options)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    noteRefusal(context, request, { refusal: error, code: MANAGE_ERRORS[error.reason][1] })
    return errorResponse(error, context.requestId)
  }
}

async function answer(
  services: Services,
  request: Request,
  context: RequestContext,
  { version, externalUrl }: AwsOptions,
): Promise<Response> {
  checkOrigin(request.headers, { host: context.host, externalUrl })
  const asked = await registryFor(services, context.host)
  const login = { header: request.headers.get('authorization'), service: 'lading' }
  const principal = await authenticateBasic(services, login, context)
  context.principal = principal.arn
  const { row, parameters } = await findRow(request)
  // The same for everybody who has a credential: they say what could be asked, not what there is.
  if (typeof row === 'string') {
    context.operation = row
    return jsonAnswer(services, row === 'openapi.json' ? describeApi(version) : lifecycleSchema, MANAGE_HEADERS)
  }
  context.operation = row.operation
  const registry =
    row.decidedIn === 'default account'
      ? services.defaultRegistry
      : await registryOfAccount(services, { accountId: principal.accountId, region: asked.region })
  const caller = callerOf(context, principal, registry)
  const call: ManageCall = {
    services,
    caller,
    signal: request.signal,
    lastEventId: request.headers.get('last-event-id') ?? undefined,
    callerNow: async () => {
      const again = await authenticateAgain(services, login, context)
      return again?.arn === principal.arn ? { ...caller, principal: again } : undefined
    },
  }
  return await runOperation(call, row, { request, context, parameters })
}

/** The repository that a call is about, where its own policy is asked; undefined when there is none. */
async function findNamed({ services, caller }: ManageCall, name: string | undefined): Promise<Repository | undefined> {
  if (name === undefined) return undefined
  return await services.metadata.findRepository(caller.registry.id, parseRepositoryName(name))
}

/** Undefined for a credential that is not good any more. */
async function authenticateAgain(
  services: Services,
  login: Parameters<typeof authenticateBasic>[1],
  context: RequestContext,
): Promise<AuthenticatedPrincipal | undefined> {
  try {
    return await authenticateBasic(services, login, context)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function runOperation(
  call: ManageCall,
  row: ManageRow,
  { request, context, parameters }: { request: Request; context: RequestContext; parameters: Routed['parameters'] },
): Promise<Response> {
  const { services, caller } = call
  using body = await readCall(services, request, BODY_LIMIT_BYTES)
  const input = parseInput(row, {
    parameters,
    query: new URL(request.url).searchParams,
    contentType: request.headers.get('content-type'),
    body: body.bytes,
  })
  const resource = row.resource(caller.registry, input)
  context.target = { resource: cut(resource) }
  const facts: CallFacts = {
    source: 'lading.manage',
    name: row.operation,
    readOnly: row.isRead,
    parameters: { ...input },
    resources: [{ ARN: resource, accountId: caller.registry.accountId, type: 'Lading::Resource' }],
  }
  const codeOf = (reason: RefusalReason) => MANAGE_ERRORS[reason][1]
  const output = await audited(services, caller, { ...facts, codeOf }, async (given) => {
    const repository = await findNamed(call, row.repository?.(input))
    await authorize(services, caller, { action: row.action, resource, repository, keys: row.keys?.(input) ?? {} })
    return await row.handle({ ...call, services: given }, input)
  })
  // A row of lines gives these.
  if (row.answer === 'lines') return await linesAnswer(output as AsyncIterator<string>)
  if (row.answer === 'event-stream') {
    const answer = await eventStreamAnswer(output as AsyncIterator<string>)
    context.holdOpen?.()
    return answer
  }
  if (row.output === undefined)
    return new Response(null, { status: row.status, headers: { 'Cache-Control': 'no-store' } })
  // Told to try again, a client would not know that it was done.
  const answer = jsonAnswer(services, output, MANAGE_HEADERS, row.method !== 'get')
  return row.status === 200 ? answer : new Response(answer.body, { status: row.status, headers: answer.headers })
}
