import { isIP } from 'node:net'
import { isPublicAddress } from '../../core/http/public-address.ts'
import { FenceError, UntrustedHostError } from './fence-error.ts'

/** Where a document may be got from, once its host's addresses have been looked at. */
export interface FencedTarget {
  readonly secure: boolean
  /** Without brackets; in lower case. */
  readonly hostname: string
  readonly port: number
  /** As the `Host` header has it. */
  readonly host: string
  readonly path: string
  /** Named in the settings: it may have private addresses. */
  readonly trusted: boolean
}

const LONGEST_URL = 2048
/** Whoever has more gets the first ones tried. */
const MOST_ADDRESSES = 3

/**
 * What an address may be, before anything is looked up: HTTPS at port 443 of a host with a name. Hosts in the settings
 * may have HTTP too, be literal addresses, and have the port that stands with them.
 *
 * @param allowedHosts `host` or `host:port`, in lower case
 * @throws {FenceError}
 */
export function parseTarget(text: string, allowedHosts: readonly string[]): FencedTarget {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new FenceError('address is not a URL', text.slice(0, 100))
  const { protocol, username, password, hash } = url
  if (protocol !== 'https:' && protocol !== 'http:') throw new FenceError('address must begin with https://', protocol)
  if (username !== '' || password !== '' || hash !== '') {
    throw new FenceError('address must have no user, password or fragment', url.host)
  }
  const secure = protocol === 'https:'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const target = {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    host: url.host,
    path: url.pathname + url.search,
    trusted:
      allowedHosts.includes(`${url.hostname}:${port}`) || (url.port === '' && allowedHosts.includes(url.hostname)),
  }
  if (!target.trusted) checkUntrusted(target)
  return target
}

function checkUntrusted({ secure, hostname, port, host }: FencedTarget): void {
  if (!secure) throw new UntrustedHostError('address must begin with https://', host)
  if (port !== 443) throw new UntrustedHostError('address must be at port 443', host)
  if (isIP(hostname) !== 0) throw new UntrustedHostError('address must have the name of a host', host)
}

/**
 * The addresses to try, in this order. A name with one address that is not public is not public: which of them is tried
 * would be chance.
 *
 * @param addresses all that the name resolves to
 * @throws {FenceError}
 */
export function chooseAddresses(target: FencedTarget, addresses: readonly string[]): string[] {
  const fit = addresses.length > 0 && (target.trusted || addresses.every(isPublicAddress))
  if (!fit) {
    const Unfit = target.trusted ? FenceError : UntrustedHostError
    throw new Unfit('host has no public address', `${target.hostname}: ${addresses.slice(0, 10).join(' ')}`)
  }
  const ipv4First = [...addresses].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
  return ipv4First.slice(0, MOST_ADDRESSES)
}
