import type { AwsOptions } from '../api/aws-options.ts'
import { LAYERS_PATH, serveLayer } from '../api/ecr/serve-layer.ts'
import { handleAwsRequest, isPresigned } from '../api/handle-aws-request.ts'
import { handleOciRequest } from '../api/oci/handle.ts'
import type { Services } from '../services/context.ts'
import { edgeRefusal } from './edge.ts'
import type { Application } from './server.ts'
import type { ServiceEndpoints } from './service-endpoints.ts'

/** Which API answers which address. */
export function makeApplication(services: Services, endpoints: ServiceEndpoints, aws: AwsOptions): Application {
  return async (request, path, context) => {
    if (path.startsWith('/v2/') || path === '/v2') {
      context.surface = 'oci'
      return await handleOciRequest(services, request, context)
    }
    // AWS's APIs and the addresses that they give belong to callers who have a key.
    if (!context.anonymousListener) {
      if (path.startsWith(LAYERS_PATH)) return await serveLayer(services, request, context)
      if (path.startsWith('/api/v1/')) {
        // Its packages are half of what a start would load, and few servers are asked in their first second.
        const { handleManageRequest } = await import('../api/manage/handle.ts')
        return await handleManageRequest(services, request, context, aws)
      }
      if (path === '/' && (request.method === 'POST' || isPresigned(request.url))) {
        return await handleAwsRequest(services, request, context, aws)
      }
    }
    context.surface = 'service'
    return (await endpoints.answer(request, path, context)) ?? edgeRefusal(404, 'NOT_FOUND', 'There is nothing here.')
  }
}
