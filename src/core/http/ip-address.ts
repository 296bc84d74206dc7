/**
 * The 4 or 16 bytes of an address: IPv4 as four decimal numbers without leading zeros, IPv6 as RFC 4291 section 2.2 has
 * it, without a zone.
 *
 * @returns undefined for any other text
 */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.', 5)
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined
  }
  return Uint8Array.from(parts, Number)
}

const LONGEST_IPV6 = 45

function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > LONGEST_IPV6) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => groupBytes(half, index === halves.length - 1))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const gap = 16 - head.length - (tail?.length ?? 0)
  // `::` stands for one group of zeros at least.
  if (halves.length === 2 ? gap < 2 : gap !== 0) return undefined
  return Uint8Array.from([...head, ...new Array<number>(gap).fill(0), ...(tail ?? [])])
}

/** @param mayEndInIpv4 whether the last group may be four decimal numbers */
function groupBytes(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined
    if (ipv4 !== undefined) bytes.push(...ipv4)
    else if (/^[0-9a-fA-F]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff)
    else return undefined
  }
  return bytes
}
