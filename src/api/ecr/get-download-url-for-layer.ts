import { getBlobStat } from '../../services/blobs.ts'
import { issueLayerToken } from '../../services/layer-address.ts'
import { defineRepositoryAction } from './define-action.ts'
import { parseDigestField } from './parameters.ts'
import { LAYERS_PATH } from './serve-layer.ts'

/** `GetDownloadUrlForLayer`: an address of our own that needs no credential, good for an hour. */
export const getDownloadUrlForLayer = defineRepositoryAction('GetDownloadUrlForLayer', {
  parse: (fields) => fields.required('layerDigest', parseDigestField(fields, 'layerDigest')),
  handle: async ({ services, caller, externalUrl }, repository, layerDigest) => {
    await getBlobStat(services, repository, layerDigest)
    const token = issueLayerToken(services, caller, repository, layerDigest)
    return { downloadUrl: `${externalUrl}${LAYERS_PATH}${token}`, layerDigest }
  },
})
