import { Refusal } from '../refusal.ts'

/** The request is not signed in a way that can be checked, or leaves out something that must be signed. */
export function signatureIncomplete(why: string): Refusal {
  return new Refusal('signature-incomplete', `The request is not signed as Signature Version 4 asks: ${why}.`)
}

/**
 * One sentence for a wrong secret, an unknown access key id and a changed request, so that key ids cannot be probed.
 * The first two sentences are AWS's.
 */
export function signatureMismatch(): Refusal {
  return new Refusal(
    'signature-mismatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
      'and signing method. The access key id may also be unknown here, or a proxy may have changed the request or its Host header.',
  )
}
