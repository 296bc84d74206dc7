import { issueToken } from '../../services/token.ts'
import { registryUrl } from '../registry-url.ts'
import { defineAction } from './define-action.ts'
import { toSeconds } from './repository-view.ts'

/**
 * `GetAuthorizationToken`. The token speaks for the caller and is not bound to a registry, so the deprecated
 * `registryIds` only say how many times to write it down (ecr.md fact 6).
 */
export const getAuthorizationToken = defineAction('GetAuthorizationToken', {
  parse: (fields, registry) =>
    fields.texts('registryIds', { min: 1, max: 10 }, { pattern: /^[0-9]{12}$/ }) ?? [registry.accountId],
  // The address of another account's registry follows from its id, whether or not there is one.
  resources: () => ['*'],
  handle: async ({ services, caller, externalUrl }, ids) => {
    const { token, expiresAtMs } = issueToken(services, caller.principal)
    const { region } = caller.registry
    return {
      authorizationData: ids.map((accountId) => ({
        authorizationToken: Buffer.from(`AWS:${token}`).toString('base64'),
        expiresAt: toSeconds(expiresAtMs),
        proxyEndpoint: registryUrl(externalUrl, { accountId, region }, services.defaultRegistry.accountId),
      })),
    }
  },
})
