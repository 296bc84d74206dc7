import { expect, test } from 'bun:test'
import { type IpRange, parseIpRange } from '../core/ip-address.ts'
import { TrustedProxies } from './trusted-proxies.ts'

const proxies = new TrustedProxies(
  ['10.0.0.0/8', 'fd00::/8'].map(parseIpRange).filter((range): range is IpRange => range !== undefined),
)

test('clientOf() believes our own proxies, from the end of the list to the first stranger', () => {
  const rows: readonly [peer: string, forwardedFor: string | null, client: string][] = [
    ['10.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['10.0.0.1', '192.0.2.7, 10.1.1.1', '192.0.2.7'],
    ['10.0.0.1', '10.9.9.9, 192.0.2.7, 10.1.1.1', '192.0.2.7'],
    ['10.0.0.1', '10.2.2.2', '10.2.2.2'],
    ['10.0.0.1', null, '10.0.0.1'],
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    ['10.0.0.1', '192.0.2.7, nonsense', '10.0.0.1'],
    ['fd00::1', '2001:db8::5', '2001:db8::5'],
    ['10.0.0.1', Array(60).fill('10.0.0.2').join(), '10.0.0.1'],
  ]
  for (const [peer, forwardedFor, client] of rows) expect(proxies.clientOf(peer, forwardedFor)).toBe(client)
})

test('clientOf() believes no stranger', () => {
  expect(proxies.clientOf('192.0.2.7', '10.0.0.1')).toBe('192.0.2.7')
  expect(new TrustedProxies([]).clientOf('10.0.0.1', '192.0.2.7')).toBe('10.0.0.1')
})
