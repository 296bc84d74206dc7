import { Fields } from '../../core/ecr/fields.ts'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { isRepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import { audited, type CallFacts } from '../../services/audit/audited-call.ts'
import type { Services } from '../../services/context.ts'
import { registryFor, registryOfAccount } from '../../services/registry-for.ts'
import { type AuthenticatedRequest, authenticateAws } from '../authenticate-aws.ts'
import type { AwsOptions } from '../aws-options.ts'
import { callerOf } from '../caller-of.ts'
import { changesNothing } from '../changes-nothing.ts'
import { jsonAnswer } from '../large-answer.ts'
import { inTurn } from '../large-work.ts'
import { noteRefusal } from '../note-refusal.ts'
import { parseJsonBody } from '../parse-json-body.ts'
import { PLAN_HEADER } from '../plan-header.ts'
import { formatWarnings, WARNINGS_HEADER } from '../policy-warnings.ts'
import type { RequestContext } from '../request-context.ts'
import { AWS_JSON } from './aws-json.ts'
import { BODY_LIMIT_BYTES, type EcrCall } from './define-action.ts'
import { describeInput } from './describe-input.ts'
import { errorResponse, errorType } from './errors.ts'
import type { EcrOperation } from './operations.ts'
import { parseRegistryId } from './parameters.ts'
import { ECR_TABLE, isEcrOperation, NOT_AVAILABLE_YET } from './table.ts'

const TARGET_PREFIX = 'AmazonEC2ContainerRegistry_V20150921.'

/** Amazon ECR's API: AWS JSON 1.1 at `POST /`, the operation in `X-Amz-Target` (ecr.md 1.0). */
export async function handleEcrRequest(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions,
): Promise<Response> {
  context.surface = 'ecr'
  const operation = parseTarget(request.headers.get('x-amz-target'))
  try {
    return await answer(services, request, context, { ...options, operation })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const response = errorResponse(error, errorTypesOf(operation))
    noteRefusal(context, request, { refusal: error, code: response.headers.get('x-amzn-errortype') ?? '' })
    return response
  }
}

function parseTarget(target: string | null): EcrOperation | undefined {
  if (target === null || !target.startsWith(TARGET_PREFIX)) return undefined
  const name = target.slice(TARGET_PREFIX.length)
  return isEcrOperation(name) ? name : undefined
}

async function answer(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions & { operation: EcrOperation | undefined },
): Promise<Response> {
  const { operation } = options
  context.operation = operation ?? 'unknown'
  const asked = await registryFor(services, context.host)
  using signed = await authenticateAws(services, request, {
    services: ['ecr'],
    region: asked.region,
    presigned: 'refused',
    bodyLimitBytes: bodyLimitOf(operation),
  })
  context.principal = signed.principal.arn
  if (operation === undefined) throw unknownOperation()
  return await inTurn(signed.body.byteLength, () =>
    answerSigned(services, context, { ...options, operation, signed, asked }),
  )
}

async function answerSigned(
  services: Services,
  context: RequestContext,
  options: AwsOptions & { operation: EcrOperation; signed: AuthenticatedRequest; asked: Registry },
): Promise<Response> {
  const { operation, signed, asked } = options
  const { principal } = signed
  const members = parseJsonBody(signed.body)
  context.target = describeInput(members)
  const accountId = accountOf(operation, members) ?? principal.accountId
  const registry = await registryOfAccount(services, { accountId, region: asked.region })
  const call: EcrCall = {
    services,
    caller: callerOf(context, principal, registry),
    externalUrl: options.externalUrl ?? `${context.secure ? 'https' : 'http'}://${context.host}`,
    notePolicyFindings: (findings) => {
      context.policyFindings = findings
    },
    notePlan: (planId) => {
      context.planId = planId
    },
  }
  const facts = {
    ...auditFacts(operation, registry, members),
    codeOf: (reason: RefusalReason) => codeOf(reason, operation),
  }
  const output = await audited(services, call.caller, facts, (given) =>
    runOperation(operation, { ...call, services: given }, { members, version: options.version }),
  )
  const warnings = formatWarnings(context.policyFindings ?? [])
  const headers = {
    'Content-Type': AWS_JSON,
    ...(warnings !== undefined && { [WARNINGS_HEADER]: warnings }),
    ...(context.planId !== undefined && { [PLAN_HEADER]: context.planId }),
  }
  // Told to try again, a client would not know that it was done.
  return jsonAnswer(services, output, headers, !changesNothing(operation))
}

function auditFacts(operation: EcrOperation, registry: Registry, members: Record<string, unknown>): CallFacts {
  const { repositoryName: name } = members
  const { accountId } = registry
  const isNamed = typeof name === 'string' && isRepositoryName(name)
  return {
    source: 'ecr.amazonaws.com',
    name: operation,
    readOnly: changesNothing(operation),
    parameters: members,
    ...(isNamed && { resources: [{ ARN: repositoryArn(registry, name), accountId, type: 'AWS::ECR::Repository' }] }),
    detail: { protocol: 'aws' },
  }
}

function codeOf(reason: RefusalReason, operation: EcrOperation): string {
  return errorTypesOf(operation)[reason] ?? errorType(reason)
}

/** The account that the input names. What is not available yet is asked as most operations are. */
function accountOf(operation: EcrOperation, members: Record<string, unknown>): string | undefined {
  const row = ECR_TABLE[operation]
  return (row === NOT_AVAILABLE_YET ? parseRegistryId : row.accountOf)(new Fields(members))
}

async function runOperation<Operation extends EcrOperation>(
  operation: Operation,
  call: EcrCall,
  input: { members: Record<string, unknown>; version: string },
): Promise<unknown> {
  const row = ECR_TABLE[operation]
  if (row === NOT_AVAILABLE_YET) throw notAvailableYet(operation, input.version)
  return await row.run(call, new Fields(input.members))
}

function bodyLimitOf(operation: EcrOperation | undefined): number {
  const row = operation === undefined ? NOT_AVAILABLE_YET : ECR_TABLE[operation]
  return row === NOT_AVAILABLE_YET ? BODY_LIMIT_BYTES : row.bodyLimitBytes
}

function errorTypesOf(operation: EcrOperation | undefined): Partial<Record<RefusalReason, string>> {
  const row = operation === undefined ? NOT_AVAILABLE_YET : ECR_TABLE[operation]
  return row === NOT_AVAILABLE_YET ? {} : row.errorTypes
}

function unknownOperation(): Refusal {
  return new Refusal(
    'operation-unknown',
    `X-Amz-Target must be '${TARGET_PREFIX}' followed by the name of an operation of Amazon ECR.`,
  )
}

function notAvailableYet(operation: EcrOperation, version: string): Refusal {
  return new Refusal('not-available-yet', `${operation} is not available yet in Lading ${version}.`)
}
