import { type IpRange, isInRange, parseIpAddress, parseIpRange } from '../ip-address.ts'

/**
 * What is not reached over the public internet, or only leads elsewhere: IANA's special-purpose registries (RFC 6890, as
 * of 2026-11), and addresses that IPv6 wraps around IPv4, which could be a private one.
 */
const NOT_PUBLIC: readonly string[] = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT; Alibaba's metadata service
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local; metadata services of the clouds
  '168.63.129.16/32', // public by number, but Azure's own service on every host
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '2001::/23', // Teredo, benchmarks, ORCHID and other protocols
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
]
/** All other IPv6 is loopback, private, link-local, multicast, wrapped IPv4, NAT64, or not given out. */
const GLOBAL_UNICAST = parseRange('2000::/3')
const RANGES = NOT_PUBLIC.map(parseRange)

/**
 * Whether an address is one that anybody on the internet has for the same host. What is no address is not public.
 *
 * @param text an IPv4 or IPv6 address as resolvers give them, without brackets
 */
export function isPublicAddress(text: string): boolean {
  const address = parseIpAddress(text)
  if (address === undefined) return false
  // What is IPv4 in IPv6's clothes is read as IPv4, and is not given out either.
  if (text.includes(':') && !isInRange(address, GLOBAL_UNICAST)) return false
  return !RANGES.some((range) => isInRange(address, range))
}

function parseRange(text: string): IpRange {
  const range = parseIpRange(text)
  if (range === undefined) throw new Error(`${text} is no range of addresses`)
  return range
}
