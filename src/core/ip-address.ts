/** Big-endian words of 32 bits: one for IPv4, four for IPv6. */
export interface IpAddress {
  readonly words: readonly number[]
}

export interface IpRange {
  readonly words: readonly number[]
  readonly masks: readonly number[]
}

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/
const GROUP = /^[0-9a-f]{1,4}$/i
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/
const LONGEST_ADDRESS = 45

/**
 * Reads an IPv4 or IPv6 address (RFC 4291 2.2). An IPv4 address in IPv6's clothes, `::ffff:10.0.0.1`, is an IPv4 address:
 * sockets that listen for both report it so.
 *
 * @returns undefined if the text is neither
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > LONGEST_ADDRESS) return undefined
  const words = text.includes(':') ? parseV6(text) : parseV4(text)
  return words && { words: isMapped(words) ? words.slice(3) : words }
}

/** Reads `10.0.0.0/8` or a bare address, which is the range of itself (iam.md 1.2). Bits beyond the prefix do not count. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  if (address.length > LONGEST_ADDRESS) return undefined
  const words = address.includes(':') ? parseV6(address) : parseV4(address)
  if (words === undefined) return undefined
  const bits = words.length * 32
  const prefix = slash === -1 ? bits : parsePrefix(text.slice(slash + 1), bits)
  if (prefix === undefined) return undefined
  const isMappedRange = isMapped(words) && prefix >= 96
  return isMappedRange ? rangeOf(words.slice(3), prefix - 96) : rangeOf(words, prefix)
}

export function isInRange({ words }: IpAddress, range: IpRange): boolean {
  if (words.length !== range.words.length) return false
  return words.every((word, index) => ((word ^ (range.words[index] ?? 0)) & (range.masks[index] ?? 0)) === 0)
}

function rangeOf(words: readonly number[], prefix: number): IpRange {
  return { words, masks: words.map((_, index) => maskOf(prefix - index * 32)) }
}

/** The first `bits` of a word. Shifting by 32 would shift by nothing. */
function maskOf(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? -1 : -1 << (32 - bits)
}

function parsePrefix(text: string, most: number): number | undefined {
  return PREFIX.test(text) && Number(text) <= most ? Number(text) : undefined
}

function isMapped(words: readonly number[]): boolean {
  return words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff
}

function parseV4(text: string): number[] | undefined {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) < 256)) return undefined
  return [octets.reduce((word, octet) => (word << 8) | Number(octet), 0)]
}

function parseV6(text: string): number[] | undefined {
  const [head, tail, ...more] = text.split('::')
  if (head === undefined || more.length > 0) return undefined
  const before = groupsOf(head, tail === undefined)
  const after = tail === undefined ? [] : groupsOf(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after]
  return [0, 2, 4, 6].map((index) => ((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0))
}

/** Sixteen bits each; the last two of the address may be written as IPv4. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const v4 = isEnd && index === parts.length - 1 ? parseV4(part)?.[0] : undefined
    if (v4 !== undefined) groups.push(v4 >>> 16, v4 & 0xffff)
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
