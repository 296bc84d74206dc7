/** What can be wrong with an exported trail. */
export type AuditProblem =
  | 'unreadable' // a line that no export has
  | 'record-altered' // the chain goes on from the hash that stands there, and the record does not give it
  | 'hash-altered' // the chain goes on from what the record gives, and another hash stands there
  | 'hash-does-not-follow' // neither, or nothing comes after it that would tell
  | 'records-missing'
  | 'order' // a record, or a checkpoint, that is there stands in another's place
  | 'checkpoint-signature' // not good, or of a key that was not given
  | 'checkpoint-foreign' // good, and of another account's chain or of another installation's
  | 'checkpoint-mismatch' // good, and the chain here is not the one that was signed
  | 'cut-off' // it ends before it should

/** The first thing that is wrong. */
export interface BadTrail {
  readonly ok: false
  readonly problem: AuditProblem
  /** Counted from 1; one more than there are when lines are missing at the end. */
  readonly line: number
  /** Of the first record that is bad or missing. */
  readonly sequence: number
  /** A sentence for a person. */
  readonly message: string
}

export interface GoodTrail {
  readonly ok: true
  readonly account: string
  readonly records: number
  /** Number of the first record. What came before is vouched for by the checkpoint that the export begins with. */
  readonly from: number
  /** Number of the last record; `from - 1` when there are none. */
  readonly through: number
  /** Up to this record a signature vouches for the chain; 0 when none does. Later ones are only tied to each other. */
  readonly signedThrough: number
  /** Of that checkpoint; undefined when there is none. Unix time in milliseconds. */
  readonly signedAtMs: number | undefined
  /** Whose checkpoints they are, which the file alone cannot know to be right. */
  readonly installation: string | undefined
  readonly message: string
}

export type AuditReport = GoodTrail | BadTrail

export function describeGoodTrail({
  account,
  records,
  from,
  through,
  signedThrough,
}: Omit<GoodTrail, 'message'>): string {
  const range =
    records === 0
      ? 'no records'
      : `${records} record${records === 1 ? '' : 's'}, ${from} to ${through}, as they were written`
  const before = from > 1 ? ` What came before record ${from} is not in this export.` : ''
  const unsigned = through - Math.max(signedThrough, from - 1)
  const tail = unsigned === 0 ? 'All are signed for.' : `Not signed for yet: the last ${unsigned}.`
  return `The trail of account ${account}: ${range}. ${records === 0 ? '' : tail}${before}`.trimEnd()
}
