import { changeRepository } from '../../services/repositories/change-repository.ts'
import { defineRepositoryAction } from './define-action.ts'

/** `PutImageScanningConfiguration`. Stored; nothing is scanned yet. */
export const putImageScanningConfiguration = defineRepositoryAction('PutImageScanningConfiguration', {
  parse: (fields) => {
    const configuration = fields.object<'scanOnPush'>('imageScanningConfiguration')
    return fields.required('imageScanningConfiguration', configuration).flag('scanOnPush') ?? false
  },
  handle: async (call, repository, scanOnPush) => {
    await changeRepository(call.services, call.caller, repository, { scanOnPush })
    return {
      registryId: call.caller.registry.accountId,
      repositoryName: repository.name,
      imageScanningConfiguration: { scanOnPush },
    }
  },
})
