import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

export interface SignedMessage {
  /** The same at every attempt, and of no other message. */
  readonly id: string
  /** Unix time in seconds: when this attempt is made. */
  readonly timestamp: number
  readonly body: string
}

/** `whsec_` and the key in base64, as Standard Webhooks writes secrets. @param key base64 of 24 to 64 random bytes */
export function webhookSecret(key: string): string {
  return `${PREFIX}${key}`
}

/**
 * The headers by which a receiver knows the message as ours (standardwebhooks.com, spec 1.0.0, read 2026-11-27). Each
 * secret signs, so that one can be replaced while receivers still know the other.
 */
export function signatureHeaders(
  { id, timestamp, body }: SignedMessage,
  secrets: readonly string[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signed = `${id}.${timestamp}.${body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') }
}
