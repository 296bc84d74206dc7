import { type IpRange, isInRange, parseIpAddress } from '../core/ip-address.ts'

/** More are no chain of proxies, but somebody who tries how much we read. */
const MOST_HOPS = 50

/** Which peers are proxies of the operator's own, whose word about the client counts. */
export class TrustedProxies {
  readonly #ranges: readonly IpRange[]

  constructor(ranges: readonly IpRange[]) {
    this.#ranges = ranges
  }

  /** Whether there are any: without them no header is looked at. */
  get areThere(): boolean {
    return this.#ranges.length > 0
  }

  trusts(peer: string): boolean {
    const address = parseIpAddress(peer)
    return address !== undefined && this.#ranges.some((range) => isInRange(address, range))
  }

  /**
   * Who came to the outermost of our proxies. Each appends whom it has seen, so the list is read from its end, and what
   * stands before the first stranger is the stranger's own word.
   *
   * @param peer the address that the connection comes from
   * @param forwardedFor `X-Forwarded-For`
   */
  clientOf(peer: string, forwardedFor: string | null): string {
    let client = peer
    const hops = (forwardedFor ?? '').split(',', MOST_HOPS + 1)
    if (hops.length > MOST_HOPS) return peer
    while (this.trusts(client)) {
      const hop = hops.pop()?.trim() ?? ''
      if (parseIpAddress(hop) === undefined) return client
      client = hop
    }
    return client
  }
}
