/** What a host name of ECR's form says. */
export interface RegistryHost {
  readonly accountId: string
  readonly region: string
  /** What follows, with the port if there is one. */
  readonly domain: string
}

/** Also ECR's form for dual-stack clients, `dkr-ecr` (ecr.md 8.1). */
const FORM = /^(\d{12})\.dkr[.-]ecr\.([a-z0-9-]{1,64})\.([a-z0-9.-]+(?::\d{1,5})?)$/

/**
 * The registry that a host name names, `<account>.dkr.ecr.<region>.<domain>`, whatever the domain is.
 *
 * @param host in lower case, as a `Host` header has it
 * @returns undefined for every other host
 */
export function parseRegistryHost(host: string): RegistryHost | undefined {
  const [, accountId, region, domain] = FORM.exec(host) ?? []
  if (accountId === undefined || region === undefined || domain === undefined) return undefined
  return { accountId, region, domain }
}

/**
 * The domain under which the registries of other accounts are reached by somebody who reached us by this host: names
 * under `localhost` are the machine itself wherever RFC 6761 is kept.
 *
 * @returns undefined for an address of the network, under which there are no names
 */
export function registryDomain(host: string): string | undefined {
  const named = parseRegistryHost(host)
  if (named !== undefined) return named.domain
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(host) ?? []
  if (name === '[::1]' || name.startsWith('127.')) return `localhost${port}`
  const isAddress = name === '' || name.startsWith('[') || /^[\d.]+$/.test(name)
  return isAddress ? undefined : `${name}${port}`
}

export function formatRegistryHost(registry: Omit<RegistryHost, 'domain'>, domain: string): string {
  return `${registry.accountId}.dkr.ecr.${registry.region}.${domain}`
}
