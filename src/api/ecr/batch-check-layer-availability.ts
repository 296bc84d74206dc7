import { isDigest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { getBlobStatAndLease } from '../../services/blobs.ts'
import type { Services } from '../../services/context.ts'
import { defineRepositoryAction } from './define-action.ts'
import type { Output } from './operations.ts'
import { hasDigestShape } from './parameters.ts'

type Layer = NonNullable<Output<'BatchCheckLayerAvailability'>['layers']>[number]
type LayerFailure = NonNullable<Output<'BatchCheckLayerAvailability'>['failures']>[number]

/** `BatchCheckLayerAvailability`. A layer that is said to be there is kept for the push that goes on without it. */
export const batchCheckLayerAvailability = defineRepositoryAction('BatchCheckLayerAvailability', {
  parse: (fields) => fields.required('layerDigests', fields.texts('layerDigests', { min: 1, max: 100 }, { max: 1000 })),
  handle: async ({ services }, repository, digests) => {
    const layers: Layer[] = []
    const failures: LayerFailure[] = []
    for (const digest of new Set(digests)) {
      const failure = layerFailure(digest)
      if (failure === undefined) layers.push(await checkLayer(services, repository, digest))
      else failures.push(failure)
    }
    return { layers, failures }
  },
})

function layerFailure(digest: string): LayerFailure | undefined {
  if (digest === '') {
    const failureReason = 'Invalid request parameters: layer digest cannot be null'
    return { layerDigest: digest, failureCode: 'MissingLayerDigest', failureReason }
  }
  if (hasDigestShape(digest)) return undefined
  const failureReason =
    "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
  return { layerDigest: digest, failureCode: 'InvalidLayerDigest', failureReason }
}

async function checkLayer(services: Services, repository: Repository, layerDigest: string): Promise<Layer> {
  const unavailable: Layer = { layerDigest, layerAvailability: 'UNAVAILABLE' }
  if (!isDigest(layerDigest)) return unavailable
  try {
    const { sizeBytes } = await getBlobStatAndLease(services, repository, layerDigest)
    return { layerDigest, layerAvailability: 'AVAILABLE', layerSize: sizeBytes }
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'blob-unknown') return unavailable
    throw error
  }
}
