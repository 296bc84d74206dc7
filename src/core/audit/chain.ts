import { createHash } from 'node:crypto'

const FORMAT = 'lading-audit-v1'
export const AUDIT_FORMAT = FORMAT

/** Where a chain stands: after the record with this number. */
export interface ChainHead {
  /** 0 when there is none yet; the first record is 1, and none is left out. */
  readonly sequence: number
  /** SHA-256 in lower-case hexadecimal. */
  readonly hash: string
}

/** The beginning of an account's chain, so that a chain cannot pass for another account's. */
export function chainStart(accountId: string): ChainHead {
  return { sequence: 0, hash: createHash('sha256').update(`${FORMAT}\n${accountId}`).digest('hex') }
}

/**
 * What follows when a record is sealed: the hash of the hash before and of the record with its number.
 *
 * @param body the record in canonical JSON
 */
export function nextHead(head: ChainHead, body: string): ChainHead {
  const sequence = head.sequence + 1
  return { sequence, hash: nextHash(head.hash, sequence, body) }
}

export function nextHash(previousHash: string, sequence: number, body: string): string {
  return (
    createHash('sha256')
      .update(Buffer.from(previousHash, 'hex'))
      // As the canonical JSON of both is written.
      .update(`{"record":${body},"sequence":${sequence}}`)
      .digest('hex')
  )
}
