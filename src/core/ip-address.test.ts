import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { isInRange, parseIpAddress, parseIpRange } from './ip-address.ts'

function isIn(address: string, range: string): boolean | undefined {
  const parsed = parseIpAddress(address)
  const limits = parseIpRange(range)
  return parsed && limits && isInRange(parsed, limits)
}

describe('IP ranges', () => {
  test.each([
    ['10.0.0.0', '10.0.0.0/8', true],
    ['10.255.255.255', '10.0.0.0/8', true],
    ['9.255.255.255', '10.0.0.0/8', false],
    ['128.0.0.1', '128.0.0.0/1', true],
    ['127.255.255.255', '128.0.0.0/1', false],
    ['255.255.255.255', '0.0.0.0/0', true],
    ['255.255.255.254', '255.255.255.255/32', false],
    ['2001:db8:ffff::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::1', '::1/128', true],
    ['::2', '::2/127', true],
    ['::3', '::2/127', true],
    ['::4', '::2/127', false],
    ['fe80::1:2:3:4', 'fe80:0:0:0:1:2:3:4', true],
    ['::ffff:192.0.2.1', '192.0.2.0/24', true],
    ['192.0.2.1', '::ffff:192.0.2.0/120', true],
    ['192.0.2.1', '::/0', false],
    ['64:ff9b::192.0.2.1', '64:ff9b::/96', true],
  ])('%s in %s: %p', (address, range, expected) => {
    expect(isIn(address, range)).toBe(expected)
  })

  test.each([
    '',
    '10',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/08',
    '::/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '::12345',
    '::g',
    '1.2.3.4::',
    '::1.2.3',
    'localhost',
    '1'.repeat(10_000),
  ])('%p is none', (text) => {
    expect(parseIpRange(text)).toBeUndefined()
  })

  test('every address is in its own range and in that of everything, and in no other of its size', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.oneof(fc.ipV4(), fc.ipV6()), (address, other) => {
        expect(isIn(address, address)).toBe(true)
        const words = (text: string) => parseIpAddress(text)?.words
        expect(isIn(address, other)).toBe(Bun.deepEquals(words(address), words(other)))
      }),
    )
  })
})

test('parseIpAddress() reads every spelling of an address alike', () => {
  const [first, ...others] = ['2001:db8::192.0.2.1', '2001:0DB8:0:0:0:0:c000:201', '2001:db8::c000:201']
  expect(parseIpAddress(first ?? '')).toEqual({ words: [0x20010db8, 0, 0, 0xc0000201 | 0] })
  for (const text of others) expect(parseIpAddress(text)).toEqual(parseIpAddress(first ?? ''))
  expect(parseIpAddress('1:2:3:4:5:6:7::')?.words).toHaveLength(4)
})
