import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../../services/context.ts'
import { verifyLayerToken } from '../../services/layer-address.ts'
import { noteRefusal } from '../note-refusal.ts'
import { OCI_ERRORS } from '../oci/error-codes.ts'
import { refusalResponse } from '../oci/errors.ts'
import { getBlob } from '../oci/get-blob.ts'
import type { RequestContext } from '../request-context.ts'

/** What addresses of `GetDownloadUrlForLayer` begin with. */
export const LAYERS_PATH = '/_lading/layers/'

/**
 * `GET /_lading/layers/<token>`: the layer that the token grants, with ranges as a blob GET has them. The token
 * speaks for whoever asked for the address, and is all that is asked for.
 */
export async function serveLayer(services: Services, request: Request, context: RequestContext): Promise<Response> {
  context.surface = 'ecr'
  context.operation = 'DownloadLayer'
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Refusal('unsupported', 'A layer can only be read here: expected GET or HEAD.')
    }
    const asked = { requestId: context.requestId, origin: context }
    const { caller, repository, digest } = await verifyLayerToken(services, asked, tokenIn(request.url))
    context.principal = caller.principal.arn
    context.target = { repository: repository.name, reference: digest }
    return await getBlob({ services, caller, request }, { kind: 'blob-get', name: repository.name, digest }, repository)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    noteRefusal(context, request, { refusal: error, code: OCI_ERRORS[error.reason][1] })
    return refusalResponse(error, { head: request.method === 'HEAD' })
  }
}

/** What follows in the path, as it came: a token of ours needs no escapes. */
function tokenIn(url: string): string {
  const begin = url.indexOf(LAYERS_PATH) + LAYERS_PATH.length
  const query = url.indexOf('?', begin)
  return query === -1 ? url.slice(begin) : url.slice(begin, query)
}
