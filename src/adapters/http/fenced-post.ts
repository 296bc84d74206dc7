import { Refusal } from '../../core/refusal.ts'
import type { WebhookAnswer, WebhookMessage, WebhookReceivers } from '../../ports/webhook-receivers.ts'
import { FenceError, UntrustedHostError } from './fence-error.ts'
import { FencedReach, type FencedReachOptions } from './fenced-reach.ts'
import { postSmall } from './small-exchange.ts'

/** Sends webhooks to addresses that tenants chose. */
export class FencedPost implements WebhookReceivers {
  readonly #reach: FencedReach

  constructor(options: FencedReachOptions = {}) {
    this.#reach = new FencedReach(options)
  }

  get timeoutMs(): number {
    return this.#reach.timeoutMs
  }

  checkAddress(url: string): void {
    try {
      this.#reach.check(url)
    } catch (error) {
      if (error instanceof FenceError) throw new Refusal('parameter-invalid', `The webhook's ${reasonOf(error)}.`)
      throw error
    }
  }

  async post({ url, headers, body }: WebhookMessage, signal: AbortSignal): Promise<WebhookAnswer> {
    const message = { headers, body: Buffer.from(body) }
    try {
      return await this.#reach.reach(url, (target, connection) => postSmall(target, connection, message), signal)
    } catch (error) {
      if (error instanceof FenceError) return { problem: `The ${reasonOf(error)}.` }
      throw error
    }
  }
}

/** Whoever has a receiver of their own learns which setting lets it in. */
function reasonOf(error: FenceError): string {
  const isUntrusted = error instanceof UntrustedHostError
  return `${error.publicReason}${isUntrusted ? ', unless LADING_WEBHOOK_ALLOWED_HOSTS names it' : ''}`
}
