export interface WebhookMessage {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What came of one attempt. */
export type WebhookAnswer =
  | { readonly status: number /** The header, as it came. */; readonly retryAfter: string | undefined }
  /** There was no answer; a sentence for whoever put the webhook. */
  | { readonly problem: string }

/**
 * Where webhooks are sent, which somebody else has chosen. Whoever implements it sees to it that nothing of our own
 * networks is reached by it.
 */
export interface WebhookReceivers {
  /** The longest that `post` takes, in milliseconds. */
  readonly timeoutMs: number
  /** @throws {Refusal} `parameter-invalid` for an address that nothing will ever be sent to */
  checkAddress(url: string): void
  /** Sends once, follows nothing, and reads no more than the head of the answer. @param signal ends it early */
  post(message: WebhookMessage, signal: AbortSignal): Promise<WebhookAnswer>
}
