import type { Principal } from '../core/principal.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Services } from './context.ts'

/** The id of the registry of an account that has none here. No row has it, and nobody is allowed anything there. */
export const NO_REGISTRY = -1

/**
 * The registry that a request is for, before anybody knows who asks. There is one so far, so every host stands for it.
 *
 * @param _host as `RequestContext` has it
 */
export async function registryFor(services: Services, _host: string): Promise<Registry> {
  return services.defaultRegistry
}

/**
 * The registry of an account that a call names, in the region of the one that was asked. Whether the caller may act
 * there is decided later, and never where there is none (`NO_REGISTRY`).
 */
export async function registryOfAccount(
  services: Services,
  principal: Principal,
  named: { readonly accountId: string; readonly asked: Registry },
): Promise<Registry> {
  const { accountId, asked } = named
  if (accountId === asked.accountId) return asked
  const none = { id: NO_REGISTRY, accountId, region: asked.region }
  // Of other accounts nothing is looked up: the caller is refused, whether or not they have a registry.
  if (accountId !== principal.accountId) return none
  return (await services.metadata.findRegistry(accountId, asked.region)) ?? none
}
