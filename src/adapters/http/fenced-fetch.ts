import { Refusal } from '../../core/refusal.ts'
import type { PublicDocuments } from '../../ports/public-documents.ts'
import { FenceError } from './fence-error.ts'
import { FencedReach, type FencedReachOptions } from './fenced-reach.ts'
import { getSmall } from './small-exchange.ts'

export interface FencedFetchOptions extends FencedReachOptions {
  readonly mostBytes?: number
}

const MOST_BYTES = 512 * 1024

/** Gets documents from addresses that tenants chose. */
export class FencedFetch implements PublicDocuments {
  readonly #reach: FencedReach
  readonly #mostBytes: number

  constructor(options: FencedFetchOptions = {}) {
    this.#reach = new FencedReach(options)
    this.#mostBytes = options.mostBytes ?? MOST_BYTES
  }

  async get(url: string): Promise<Uint8Array> {
    try {
      return await this.#reach.reach(url, (target, connection) => getSmall(target, connection, this.#mostBytes))
    } catch (error) {
      throw error instanceof FenceError ? unreachable(error) : error
    }
  }
}

function unreachable(cause: FenceError): Refusal {
  return new Refusal('identity-provider-unreachable', `The identity provider's ${cause.publicReason}.`, {}, { cause })
}
