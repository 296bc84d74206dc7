import { issueToken, TOKEN_LIFETIME_MS } from '../../services/token.ts'
import { defineAction } from './define-action.ts'
import { toSeconds } from './repository-view.ts'

/**
 * `GetAuthorizationToken`. The token speaks for the caller and is not bound to a registry, so the deprecated
 * `registryIds` only say how many times to write it down (ecr.md fact 6).
 */
export const getAuthorizationToken = defineAction('GetAuthorizationToken', {
  parse: (fields, registry) =>
    fields.texts('registryIds', { min: 1, max: 10 }, { pattern: /^[0-9]{12}$/ }) ?? [registry.accountId],
  // Another account's registry has an address of its own, which only its policies can give away.
  resources: (registry, ids) =>
    ids.map((id) => (id === registry.accountId ? '*' : `arn:aws:ecr:${registry.region}:${id}:repository/*`)),
  handle: async ({ services, caller, externalUrl }, ids) => {
    const expiresAtMs = services.clock.nowMs() + TOKEN_LIFETIME_MS
    const token = issueToken(services, caller.principal, expiresAtMs)
    return {
      authorizationData: ids.map(() => ({
        authorizationToken: Buffer.from(`AWS:${token}`).toString('base64'),
        expiresAt: toSeconds(expiresAtMs),
        proxyEndpoint: externalUrl,
      })),
    }
  },
})
