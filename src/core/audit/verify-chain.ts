import type { KeyObject } from 'node:crypto'
import { type AuditProblem, type AuditReport, type BadTrail, describeGoodTrail } from './audit-report.ts'
import { type ChainHead, chainStart, nextHash } from './chain.ts'
import { isSignedBy, type SignedCheckpoint } from './checkpoint.ts'
import { type ExportLine, type HeaderLine, parseExportLine, type RecordLine } from './export-line.ts'

export interface VerifyOptions {
  /** What checkpoints may be signed with, by key id. */
  readonly keys: ReadonlyMap<string, KeyObject>
  /**
   * Checkpoints that were kept elsewhere. The chain must go through each: only so is it noticed when somebody who can
   * write to the database takes off its end with the checkpoints on it.
   */
  readonly kept?: readonly SignedCheckpoint[]
}

/**
 * Checks an exported trail (`export-line.ts`), reading it once, and names the first record that is bad. A record that was
 * exchanged together with its hash is noticed at the one after it, and then the message names both.
 *
 * @param lines without their line feeds
 */
export async function verifyChain(lines: AsyncIterable<string>, options: VerifyOptions): Promise<AuditReport> {
  const verifier = new ChainVerifier(options)
  for await (const line of lines) {
    const failure = verifier.take(line)
    if (failure !== undefined) return failure
  }
  return verifier.finish()
}

/** Something is wrong; what comes after it tells what it is. */
interface Doubt {
  /** @returns undefined while the line does not tell */
  settle(line: ExportLine | undefined): BadTrail | undefined
  /** When nothing has told. */
  readonly verdict: BadTrail
}

class ChainVerifier {
  readonly #options: VerifyOptions
  /** Checkpoints that the chain must go through. */
  readonly #required: SignedCheckpoint[] = []
  #line = 0
  #header: HeaderLine | undefined
  /** Undefined until it is known where the export begins. */
  #head: ChainHead | undefined
  #installation: string | undefined
  #newest: SignedCheckpoint | undefined
  #records = 0
  #hasEnded = false
  #doubt: Doubt | undefined

  constructor(options: VerifyOptions) {
    this.#options = options
  }

  /** @returns what is wrong, as soon as it is known */
  take(text: string): BadTrail | undefined {
    this.#line++
    if (this.#hasEnded) return text === '' ? undefined : this.#bad('unreadable', 'Something comes after the end.')
    const line = parseExportLine(text)
    if (this.#doubt !== undefined) return this.#doubt.settle(typeof line === 'string' ? undefined : line)
    if (typeof line === 'string') return this.#bad('unreadable', `The line cannot be read: ${line}.`)
    if (this.#header === undefined) return this.#takeHeader(line)
    switch (line.kind) {
      case 'header':
        return this.#bad('order', 'There is a second header.')
      case 'record':
        return this.#takeRecord(line)
      case 'checkpoint':
        return this.#takeCheckpoint(line)
      case 'end':
        return this.#takeEnd(line.end)
    }
  }

  finish(): AuditReport {
    if (this.#doubt !== undefined) return this.#doubt.verdict
    this.#line++
    const header = this.#header
    if (header === undefined) return this.#bad('unreadable', 'There is nothing in it.')
    if (!this.#hasEnded) {
      return this.#bad('cut-off', `The file is cut off after record ${this.#next() - 1}: its last line is not there.`)
    }
    const { account, from } = header
    const signed = this.#newest?.checkpoint
    const good = {
      ok: true as const,
      account,
      records: this.#records,
      from,
      through: this.#next() - 1,
      signedThrough: signed?.sequence ?? 0,
      signedAtMs: signed?.atMs,
      installation: this.#installation,
    }
    return { ...good, message: describeGoodTrail(good) }
  }

  #takeHeader(line: ExportLine): BadTrail | undefined {
    if (line.kind !== 'header') return this.#bad('unreadable', 'The first line is not the header of an export.')
    if (line.from < 1) return this.#bad('unreadable', 'The header names no record: the first one is 1.')
    this.#header = line
    for (const required of [...(line.newest === undefined ? [] : [line.newest]), ...(this.#options.kept ?? [])]) {
      const failure = this.#checkStatement(required)
      if (failure !== undefined) return failure
      if (required.checkpoint.sequence < line.from - 1) {
        return this.#bad('records-missing', `The export begins after ${nameOf(required)}, through which it should go.`)
      }
      this.#required.push(required)
    }
    return line.from === 1 ? this.#advance(chainStart(line.account)) : undefined
  }

  #takeRecord(line: RecordLine): BadTrail | undefined {
    const head = this.#head
    if (head === undefined) return this.#startMissing()
    if (line.sequence !== head.sequence + 1) {
      return this.#misplaced(line.sequence - 1, `record ${line.sequence}`)
    }
    const hash = nextHash(head.hash, line.sequence, line.body)
    if (hash !== line.hash) {
      this.#doubt = this.#doubtHash(line, hash)
      return undefined
    }
    this.#records++
    return this.#advance({ sequence: line.sequence, hash })
  }

  #takeCheckpoint(signed: SignedCheckpoint): BadTrail | undefined {
    const failure = this.#checkStatement(signed)
    if (failure !== undefined) return failure
    const { sequence, hash } = signed.checkpoint
    if (this.#head === undefined) {
      if (sequence !== this.#next() - 1) return this.#startMissing()
      this.#newest = signed
      return this.#advance({ sequence, hash })
    }
    const isRepeated = this.#newest !== undefined && this.#newest.checkpoint.sequence >= sequence
    if (sequence < this.#head.sequence || (isRepeated && sequence === this.#head.sequence)) {
      return this.#bad('order', `${nameOf(signed)} does not belong after record ${this.#head.sequence}.`)
    }
    if (sequence > this.#head.sequence) return this.#misplaced(sequence, nameOf(signed))
    if (hash !== this.#head.hash) return this.#mismatch(signed)
    this.#newest = signed
    return undefined
  }

  #takeEnd(end: ChainHead): BadTrail | undefined {
    const head = this.#head
    if (head === undefined) return this.#startMissing()
    if (end.sequence > head.sequence) return this.#missing(end.sequence, `the end after record ${end.sequence}`)
    const isThisOne = end.sequence === head.sequence && end.hash === head.hash
    if (!isThisOne) return this.#bad('hash-altered', `The last line is not the end of this chain of ${head.sequence}.`)
    const beyond = this.#required.find(({ checkpoint }) => checkpoint.sequence > head.sequence)
    if (beyond !== undefined) {
      return this.#bad('cut-off', `The records end at ${head.sequence}, before ${nameOf(beyond)}.`)
    }
    this.#hasEnded = true
    return undefined
  }

  #advance(head: ChainHead): BadTrail | undefined {
    this.#head = head
    for (const required of this.#required) {
      if (required.checkpoint.sequence !== head.sequence) continue
      if (required.checkpoint.hash !== head.hash) return this.#mismatch(required)
    }
    return undefined
  }

  /** Whether it was signed, and for this chain. */
  #checkStatement(signed: SignedCheckpoint): BadTrail | undefined {
    const { account, installation, keyId } = signed.checkpoint
    const key = this.#options.keys.get(keyId)
    if (key === undefined) {
      return this.#bad(
        'checkpoint-signature',
        `${nameOf(signed)} is signed with the key ${keyId}, which was not given.`,
      )
    }
    if (!isSignedBy(signed, key)) return this.#bad('checkpoint-signature', `${nameOf(signed)} has no good signature.`)
    if (account !== this.#header?.account) {
      return this.#bad('checkpoint-foreign', `${nameOf(signed)} is of the account ${account}.`)
    }
    this.#installation ??= installation
    if (installation === this.#installation) return undefined
    return this.#bad('checkpoint-foreign', `${nameOf(signed)} is of another installation, ${installation}.`)
  }

  /** What comes next shows which of the two was there when it was sealed. */
  #doubtHash({ sequence, hash: stored }: RecordLine, computed: string): Doubt {
    const isVouchedFor = this.#newest?.checkpoint.sequence === sequence - 1 || sequence === 1
    const orBefore = isVouchedFor ? '' : `, or record ${sequence - 1} was exchanged together with its hash`
    const altered = this.#bad('record-altered', `Record ${sequence} is not what its hash was made of${orBefore}.`)
    const hashAltered = this.#bad('hash-altered', `The hash of record ${sequence} is not the one that was there.`)
    const verdict = this.#bad('hash-does-not-follow', `The hash of record ${sequence} does not follow${orBefore}.`)
    const settle = (line: ExportLine | undefined): BadTrail => {
      if (line !== undefined && goesOnFrom(line, sequence, stored)) return altered
      return line !== undefined && goesOnFrom(line, sequence, computed) ? hashAltered : verdict
    }
    return { settle, verdict }
  }

  /**
   * Something stands in the place of what should be next, which may come later or never.
   *
   * @param last the record that should come right before it
   */
  #misplaced(last: number, what: string): BadTrail | undefined {
    const next = this.#next()
    const order = this.#bad('order', `Where record ${next} belongs there is ${what}.`)
    if (last < next) return order
    const settle = (line: ExportLine | undefined) =>
      line?.kind === 'record' && line.sequence === next ? order : undefined
    this.#doubt = { settle, verdict: this.#missing(last, what) }
    return undefined
  }

  #missing(last: number, what: string): BadTrail {
    const next = this.#next()
    const records = last > next ? `Records ${next} to ${last} are` : `Record ${next} is`
    return this.#bad('records-missing', `${records} missing: there is ${what} in their place.`)
  }

  #startMissing(): BadTrail {
    return this.#bad(
      'records-missing',
      `The export does not begin with the checkpoint after record ${this.#next() - 1}.`,
    )
  }

  #mismatch(signed: SignedCheckpoint): BadTrail {
    const first = (this.#newest?.checkpoint.sequence ?? 0) + 1
    const failure = this.#bad(
      'checkpoint-mismatch',
      `${nameOf(signed)} was signed for another chain: at least one of the records from ${first} on was exchanged.`,
    )
    return { ...failure, sequence: first }
  }

  /** The number that the next record should have. */
  #next(): number {
    return this.#head === undefined ? (this.#header?.from ?? 1) : this.#head.sequence + 1
  }

  #bad(problem: AuditProblem, message: string): BadTrail {
    const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`
    return { ok: false, problem, line: this.#line, sequence: this.#next(), message: sentence }
  }
}

/** Whether a line can come after this hash of this record. */
function goesOnFrom(line: ExportLine, sequence: number, hash: string): boolean {
  if (line.kind === 'record')
    return line.sequence === sequence + 1 && nextHash(hash, line.sequence, line.body) === line.hash
  if (line.kind === 'checkpoint') return line.checkpoint.sequence === sequence && line.checkpoint.hash === hash
  return line.kind === 'end' && line.end.sequence === sequence && line.end.hash === hash
}

function nameOf({ checkpoint }: SignedCheckpoint): string {
  return `the checkpoint after record ${checkpoint.sequence}`
}
