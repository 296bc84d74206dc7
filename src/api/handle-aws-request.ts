import type { Services } from '../services/context.ts'
import type { AwsOptions } from './aws-options.ts'
import { handleCloudTrailRequest, isCloudTrailTarget } from './cloudtrail/handle.ts'
import { handleEcrRequest } from './ecr/handle.ts'
import { handleQueryRequest } from './query/handle.ts'
import type { RequestContext } from './request-context.ts'

/** Whether a GET is a presigned call: the only one that AWS's APIs here answer. */
export function isPresigned(url: string): boolean {
  return /[?&]X-Amz-Signature=/i.test(url)
}

/**
 * Answers AWS's APIs, which all live at `POST /`: AWS JSON names its API and operation in a header, and is ECR unless it
 * says CloudTrail; the query protocol sends a form, or a presigned `GET /`, and is STS or IAM.
 *
 * @throws what is not a `Refusal`: a bug of ours, which the server logs and answers with a bare 500
 */
export async function handleAwsRequest(
  services: Services,
  request: Request,
  context: RequestContext,
  options: AwsOptions,
): Promise<Response> {
  const form = request.headers.get('content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded')
  const query = request.method === 'GET' || (form === true && !request.headers.has('x-amz-target'))
  const handleJson = isCloudTrailTarget(request.headers.get('x-amz-target'))
    ? handleCloudTrailRequest
    : handleEcrRequest
  const handle = query ? handleQueryRequest : handleJson
  const response = await handle(services, request, context, options)
  response.headers.set('x-amzn-RequestId', context.requestId)
  return response
}
