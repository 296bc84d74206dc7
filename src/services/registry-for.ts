import { parseRegistryHost } from '../core/registry-host.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Services } from './context.ts'

/** The id of the registry of an account that has none here. No row has it, and nobody is allowed anything there. */
export const NO_REGISTRY = -1

/**
 * The registry that a request is for, before anybody knows who asks: that of the account that the host names, or the
 * default one.
 *
 * @param host as `RequestContext` has it
 */
export async function registryFor(services: Services, host: string): Promise<Registry> {
  const named = parseRegistryHost(host)
  return named === undefined ? services.defaultRegistry : await registryOfAccount(services, named)
}

/**
 * The registry of an account, in a region. Whether the caller may act there is decided later, and never where there is
 * none (`NO_REGISTRY`): a stranger is told the same.
 */
export async function registryOfAccount(
  services: Services,
  { accountId, region }: Pick<Registry, 'accountId' | 'region'>,
): Promise<Registry> {
  const { defaultRegistry } = services
  if (accountId === defaultRegistry.accountId && region === defaultRegistry.region) return defaultRegistry
  const known = await services.directory.account(accountId)
  const isOpen = known?.account.state === 'enabled' && known.registry.region === region
  return isOpen ? known.registry : { id: NO_REGISTRY, accountId, region }
}
