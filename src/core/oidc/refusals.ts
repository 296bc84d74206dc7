import { Refusal } from '../refusal.ts'

/** It is not a token of the provider: its form, its issuer or its signature is another. Never with text of the token. */
export function tokenInvalid(sentence: string): Refusal {
  return new Refusal('identity-token-invalid', sentence)
}

/** It is the provider's token, and what it says is not good enough. */
export function tokenRejected(sentence: string): Refusal {
  return new Refusal('identity-token-rejected', sentence)
}

/** AWS's sentence, with its times as tokens have them: Unix time in seconds. */
export function tokenExpired(nowMs: number, expiresAtMs: number): Refusal {
  return new Refusal(
    'credential-expired',
    `Token expired: current date/time ${Math.floor(nowMs / 1000)} must be before the expiration date/time ${Math.floor(expiresAtMs / 1000)}.`,
  )
}
