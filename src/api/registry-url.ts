import { formatRegistryHost, parseRegistryHost, registryDomain } from '../core/registry-host.ts'
import type { Registry } from '../ports/metadata/registries.ts'

/**
 * The address by which a client reaches the registry of an account, from the one by which it reached us. The default
 * account's is the bare host; where there are no names, as under an address of the network, so is everybody's.
 *
 * @param externalUrl scheme and host, without a slash at the end
 */
export function registryUrl(
  externalUrl: string,
  registry: Pick<Registry, 'accountId' | 'region'>,
  defaultAccountId: string,
): string {
  const hostBegin = externalUrl.indexOf('//') + 2
  const host = externalUrl.slice(hostBegin)
  const named = parseRegistryHost(host)
  if (named?.accountId === registry.accountId || (named === undefined && registry.accountId === defaultAccountId)) {
    return externalUrl
  }
  const domain = registryDomain(host)
  return domain === undefined ? externalUrl : externalUrl.slice(0, hostBegin) + formatRegistryHost(registry, domain)
}
