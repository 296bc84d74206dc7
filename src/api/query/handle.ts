import { quote } from '../../core/digest.ts'
import { accountOfArn } from '../../core/iam/account-of-arn.ts'
import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { anonymousPrincipal } from '../../core/principal.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { audited, type CallFacts } from '../../services/audit/audited-call.ts'
import { existingAccount } from '../../services/audit/existing-account.ts'
import type { Services } from '../../services/context.ts'
import { registryFor, registryOfAccount } from '../../services/registry-for.ts'
import type { AwsOptions } from '../aws-options.ts'
import { callerOf } from '../caller-of.ts'
import { textAnswer } from '../large-answer.ts'
import { noteRefusal } from '../note-refusal.ts'
import { formatWarnings, WARNINGS_HEADER } from '../policy-warnings.ts'
import type { RequestContext } from '../request-context.ts'
import { errorShape, resultText, XML, xmlErrorResponse } from './answers.ts'
import type { QueryAction } from './define-action.ts'
import { describeParameters } from './describe-parameters.ts'
import { Inputs } from './inputs.ts'
import type { ParameterTree } from './parameters.ts'
import { actionOf, type QueryApi } from './query-api.ts'
import { claimedApi, type QueryRequest, readRequest } from './read-request.ts'
import { runAction } from './run-action.ts'

/** What is known of a call that may yet be refused. */
interface Progress {
  api: QueryApi
  action: QueryAction | undefined
}

/** STS and IAM: a form at `POST /`, or a presigned `GET /`, answered in XML. */
export async function handleQueryRequest(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions,
): Promise<Response> {
  const progress: Progress = { api: claimedApi(request), action: undefined }
  context.surface = progress.api.service
  context.operation = 'unknown'
  try {
    using asked = await readRequest(services, request)
    progress.api = asked.api
    context.surface = asked.api.service
    if (asked.principal !== undefined) context.principal = asked.principal.arn
    progress.action = findAction(asked, options)
    return await answer(services, context, { ...asked, action: progress.action })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { api, action } = progress
    const shape = errorShape(api, error.reason, action?.errors)
    noteRefusal(context, request, { refusal: error, code: shape.code })
    return xmlErrorResponse(api, { refusal: error, shape }, context.requestId)
  }
}

/** Calls that carry another proof than a signature (iam.md 2.1), whether or not they are available. */
const UNSIGNED_OPERATIONS = ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']

/** @throws {Refusal} `unauthenticated` for what has to be signed and is not; `operation-unknown`; `not-available-yet` */
function findAction({ api, principal, parameters }: QueryRequest, options: AwsOptions): QueryAction {
  const name = textOf(parameters, 'Action') ?? ''
  const action = actionOf(api, name)
  const isUnsigned = action?.isUnsigned ?? UNSIGNED_OPERATIONS.includes(name)
  if (principal === undefined && !isUnsigned) {
    throw new Refusal('unauthenticated', 'Request is missing Authentication Token')
  }
  if (!/^[A-Z][A-Za-z]{2,80}$/.test(name)) {
    throw new Refusal('operation-unknown', `Could not find operation ${quote(name)}.`)
  }
  const version = textOf(parameters, 'Version') ?? api.version
  if (version !== api.version) {
    throw new Refusal('operation-unknown', `Could not find operation ${name} for version ${quote(version)}.`)
  }
  if (action !== undefined) return action
  throw new Refusal('not-available-yet', `${name} is not available yet in Lading ${options.version}.`)
}

function textOf(parameters: ParameterTree, name: string): string | undefined {
  const value = parameters.get(name)
  return value === undefined || typeof value === 'string' ? value : ''
}

async function answer(
  services: Services,
  context: RequestContext,
  asked: QueryRequest & { readonly action: QueryAction },
): Promise<Response> {
  const { api, action } = asked
  context.operation = action.operation
  context.target = describeParameters(asked.parameters)
  const result = await run(services, context, asked)
  const text = resultText(api, action.operation, { result, requestId: context.requestId })
  const warnings = formatWarnings(context.policyFindings ?? [])
  const headers = warnings === undefined ? XML : { ...XML, [WARNINGS_HEADER]: warnings }
  return textAnswer(services, text, headers, action.isUnsigned || action.changes)
}

/** The role that somebody is about to become is also its own account's business. */
async function assumedRole(
  services: Services,
  { operation }: QueryAction,
  parameters: ParameterTree,
): Promise<Pick<CallFacts, 'ownerId' | 'resources'>> {
  const arn = operation === 'AssumeRole' ? textOf(parameters, 'RoleArn') : undefined
  const ownerId = arn === undefined ? undefined : await existingAccount(services, accountOfArn(arn))
  if (arn === undefined || ownerId === undefined) return {}
  return { ownerId, resources: [{ ARN: arn, accountId: ownerId, type: 'AWS::IAM::Role' }] }
}

async function run(
  services: Services,
  context: RequestContext,
  { api, action, principal, parameters }: QueryRequest & { readonly action: QueryAction },
): Promise<object | undefined> {
  const registry = await registryFor(services, context.host)
  const facts: CallFacts = {
    source: `${api.service}.amazonaws.com`,
    name: action.operation,
    readOnly: action.isUnsigned || !action.changes,
    parameters: { ...context.target },
    ...(await assumedRole(services, action, parameters)),
    detail: { protocol: 'aws' },
  }
  const codeOf = (reason: RefusalReason) => errorShape(api, reason, action.errors).code
  if (action.isUnsigned) {
    const { requestId } = context
    const caller = callerOf(context, anonymousPrincipal(registry.accountId), registry)
    return await audited(services, caller, { ...facts, codeOf, isUnsigned: true }, (given, identify) =>
      action.run({ services: given, registry, requestId, origin: context, identify }, new Inputs(parameters)),
    )
  }
  if (principal === undefined) throw new Error(`${action.operation} was to be run for nobody`)
  const { accountId } = principal
  const own = await registryOfAccount(services, { accountId, region: registry.region })
  const notePolicyFindings = (findings: readonly PolicyFinding[]) => {
    context.policyFindings = findings
  }
  const caller = callerOf(context, principal, own)
  return await audited(services, caller, { ...facts, codeOf }, (given) =>
    runAction(api, action, { call: { services: given, caller, notePolicyFindings }, parameters }),
  )
}
