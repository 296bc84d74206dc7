import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { pullParts } from '../../../test/support/audit-parts.ts'
import { auditRecord } from './audit-record.ts'
import type { AuditProblem, AuditReport } from './audit-report.ts'
import { canonicalJson } from './canonical-json.ts'
import { type ChainHead, chainStart, nextHash, nextHead } from './chain.ts'
import { type CheckpointStatement, checkpointSigner, type SignedCheckpoint } from './checkpoint.ts'
import { formatCheckpoint, formatEnd, formatHeader, formatRecord } from './export-line.ts'
import { parsePublicKeys } from './public-keys.ts'
import { verifyChain } from './verify-chain.ts'

const ACCOUNT = '000000000000'
const SIGNER = checkpointSigner(new Uint8Array(32).fill(1))
const KEYS = parsePublicKeys(SIGNER.publicKeyText)

const body = (number: number) => canonicalJson(auditRecord(pullParts(number, { userAgent: 'agent “\u007f”\n' })))

function signedAt(head: ChainHead, change: Partial<CheckpointStatement> = {}): SignedCheckpoint {
  return SIGNER.sign({ account: ACCOUNT, installation: 'here', atMs: head.sequence, ...head, ...change })
}

interface Trail {
  readonly lines: string[]
  readonly heads: ChainHead[]
}

/** Records 1 to `count`, with a checkpoint after every fifth; what is before `from` is left out. */
function makeTrail(count = 12, from = 1, account = ACCOUNT): Trail {
  const heads = [chainStart(account)]
  const lines: string[] = []
  for (let sequence = 1; sequence <= count; sequence++) {
    const head = nextHead(heads.at(-1) ?? chainStart(account), body(sequence))
    heads.push(head)
    if (sequence >= from) lines.push(formatRecord({ ...head, body: body(sequence) }))
    if (sequence % 5 === 0 && sequence >= from - 1) lines.push(formatCheckpoint(signedAt(head, { account })))
  }
  const newestHead = heads[count - (count % 5)]
  const newest = newestHead?.sequence ? signedAt(newestHead, { account }) : undefined
  const last = heads.at(-1)
  if (last === undefined) throw new Error('there is the start at least')
  return { lines: [formatHeader({ account, from, newest }), ...lines, formatEnd(last)], heads }
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}
const verify = (lines: readonly string[], kept: SignedCheckpoint[] = []): Promise<AuditReport> =>
  verifyChain(each(lines), { keys: KEYS, kept })

const bad = (problem: AuditProblem, sequence: number, line: number) => ({ ok: false, problem, sequence, line })
/** The line of a record in `makeTrail()`. */
const lineOf = (sequence: number) => 1 + sequence + Math.floor((sequence - 1) / 5)

test('a trail as it was written is good, from its beginning and from a checkpoint on', async () => {
  const good = { ok: true, account: ACCOUNT, through: 12, signedThrough: 10, signedAtMs: 10, installation: 'here' }
  expect(await verify(makeTrail().lines)).toMatchObject({ ...good, from: 1, records: 12 })
  expect(await verify(makeTrail(12, 6).lines)).toMatchObject({ ...good, from: 6, records: 7 })
  expect(await verify(makeTrail(12, 11).lines)).toMatchObject({ ...good, from: 11, records: 2 })
  expect(await verify(makeTrail(10, 11).lines)).toMatchObject({ ...good, from: 11, records: 0, through: 10 })
  expect(await verify(makeTrail(0).lines)).toMatchObject({ ok: true, records: 0, through: 0, signedThrough: 0 })
})

test('the hash is of the bytes that docs/audit.md says', () => {
  const hash = (bytes: string | Buffer) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const start = hash(`lading-audit-v1\n${ACCOUNT}`)
  expect(chainStart(ACCOUNT).hash).toBe(start)
  const text = canonicalJson({ sequence: 1, record: { b: 1, a: 'x' } })
  expect(nextHash(start, 1, canonicalJson({ b: 1, a: 'x' }))).toBe(
    hash(Buffer.concat([Buffer.from(start, 'hex'), Buffer.from(text)])),
  )
})

test('any byte that is changed anywhere is noticed, at the line that it is in', async () => {
  const { lines } = makeTrail()
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const starts = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index).join('\n')) + (index > 0 ? 1 : 0))
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ flip
      const report = await verify(changed.toString().split('\n'))
      const line = starts.findLastIndex((start) => start <= at) + 1
      if (report.ok) throw new Error(`byte ${at} of line ${line} can be changed`)
      // A header that says something else is noticed where that is not so; a lost line feed spoils its own line.
      if (line > 1) expect(report.line).toBe(line)
      const record = lines.slice(0, line - 1).filter((text) => text.includes('"record"')).length + 1
      if (line > 1 && report.problem !== 'checkpoint-mismatch') expect(report.sequence).toBe(record)
    }),
    { numRuns: 1500 },
  )
})

test('lines that are dropped, doubled, swapped or cut off are noticed, and the first bad record is named', async () => {
  const { lines } = makeTrail()
  const places = fc.nat(lines.length - 1)
  const isRecord = (line: string | undefined) => line?.includes('"record"') === true
  const firstOf = (index: number) => lines.slice(0, index).filter(isRecord).length + 1
  await fc.assert(
    fc.asyncProperty(places, places, async (one, other) => {
      const dropped = await verify(lines.filter((_, index) => index !== one))
      // A checkpoint between two others can be taken out: the next one vouches for the same records.
      expect(dropped.ok).toBe(lines[one]?.startsWith('{"checkpoint"') === true)
      if (isRecord(lines[one])) expect(dropped).toMatchObject({ problem: 'records-missing', sequence: firstOf(one) })
      const doubled = await verify(lines.flatMap((line, index) => (index === one ? [line, line] : [line])))
      expect(doubled).toMatchObject({ ok: false, line: one + 2 })
      if (isRecord(lines[one])) expect(doubled).toMatchObject({ problem: 'order', sequence: firstOf(one) + 1 })
      expect((await verify(lines.slice(0, one))).ok).toBe(false)
      const [a, b] = [lines[one], lines[other]]
      if (a === undefined || b === undefined || one === other) return
      const swapped = await verify(lines.with(one, b).with(other, a))
      expect(swapped.ok).toBe(false)
      const first = Math.min(one, other)
      if (isRecord(a) && isRecord(b)) expect(swapped).toMatchObject(bad('order', firstOf(first), first + 1))
    }),
    { numRuns: 300 },
  )
})

test('a record, its hash, or both that were exchanged have names of their own', async () => {
  const { lines, heads } = makeTrail()
  const index = lineOf(7) - 1
  const head = heads[7] ?? chainStart(ACCOUNT)
  const exchanged = nextHead(heads[6] ?? chainStart(ACCOUNT), body(99))
  const altered = lines.with(index, formatRecord({ ...head, body: body(99) }))
  expect(await verify(altered)).toMatchObject(bad('record-altered', 7, lineOf(7)))
  const rehashed = lines.with(index, formatRecord({ ...head, hash: exchanged.hash, body: body(7) }))
  expect(await verify(rehashed)).toMatchObject(bad('hash-altered', 7, lineOf(7)))
  const both = lines.with(index, formatRecord({ ...exchanged, body: body(99) }))
  const report = await verify(both)
  expect(report).toMatchObject(bad('record-altered', 8, lineOf(8)))
  expect(report.message).toContain('record 7 was exchanged together with its hash')
  const neither = lines.with(index, formatRecord({ ...head, hash: 'ab'.repeat(32), body: body(99) }))
  expect(await verify(neither)).toMatchObject(bad('hash-does-not-follow', 7, lineOf(7)))
})

test('who rewrites all that follows is caught by the checkpoint', async () => {
  const { lines, heads } = makeTrail()
  let head = heads[6] ?? chainStart(ACCOUNT)
  const rewritten = [...lines]
  for (let sequence = 7; sequence <= 12; sequence++) {
    head = nextHead(head, body(sequence === 7 ? 99 : sequence))
    rewritten[lineOf(sequence) - 1] = formatRecord({ ...head, body: body(sequence === 7 ? 99 : sequence) })
  }
  rewritten[rewritten.length - 1] = formatEnd(head)
  // Through the header at the record, before the checkpoint's own line.
  expect(await verify(rewritten)).toMatchObject(bad('checkpoint-mismatch', 6, lineOf(10)))
  const withoutNewest = rewritten.with(0, formatHeader({ account: ACCOUNT, from: 1, newest: undefined }))
  expect(await verify(withoutNewest)).toMatchObject(bad('checkpoint-mismatch', 6, lineOf(10) + 1))
})

test('a checkpoint needs a good signature of a key that was given, for this chain and installation', async () => {
  const { lines, heads } = makeTrail()
  const head = heads[5] ?? chainStart(ACCOUNT)
  const at = lineOf(5)
  const withCheckpoint = (signed: SignedCheckpoint) => verify(lines.with(at, formatCheckpoint(signed)))
  const stranger = checkpointSigner(new Uint8Array(32).fill(2))
  const { keyId } = SIGNER
  const statement = { account: ACCOUNT, installation: 'here', atMs: 5, ...head }
  expect(await withCheckpoint(stranger.sign(statement))).toMatchObject(bad('checkpoint-signature', 6, at + 1))
  const forged = { ...stranger.sign(statement), checkpoint: { ...statement, keyId } }
  expect(await withCheckpoint(forged)).toMatchObject(bad('checkpoint-signature', 6, at + 1))
  const foreign = signedAt(head, { account: '111111111111' })
  expect(await withCheckpoint(foreign)).toMatchObject(bad('checkpoint-foreign', 6, at + 1))
  const elsewhere = signedAt(head, { installation: 'elsewhere' })
  expect(await withCheckpoint(elsewhere)).toMatchObject(bad('checkpoint-foreign', 6, at + 1))
  expect(await withCheckpoint(signedAt(head, { atMs: 6 }))).toMatchObject({ ok: true })
})

test("another account's chain does not pass for this one's, nor does a chain of the same records", async () => {
  const other = makeTrail(12, 1, '111111111111').lines
  const renamed = other.with(0, other[0]?.replaceAll('111111111111', ACCOUNT) ?? '')
  expect(await verify(renamed)).toMatchObject({ ok: false, problem: 'checkpoint-signature', line: 1 })
  const bare = renamed.with(0, formatHeader({ account: ACCOUNT, from: 1, newest: undefined }))
  expect(await verify(bare)).toMatchObject(bad('record-altered', 1, 2))
})

test('an end taken off before the newest checkpoint is noticed, and with all checkpoints by one kept elsewhere', async () => {
  const { heads } = makeTrail()
  const [whole, short] = [makeTrail(12), makeTrail(7)]
  const cut = [whole.lines[0] ?? '', ...short.lines.slice(1)]
  expect(await verify(cut)).toMatchObject({ ok: false, problem: 'cut-off', sequence: 8 })
  expect(await verify(short.lines)).toMatchObject({ ok: true, through: 7 })
  const kept = signedAt(heads[10] ?? chainStart(ACCOUNT))
  expect(await verify(short.lines, [kept])).toMatchObject({ ok: false, problem: 'cut-off', sequence: 8 })
  expect(await verify(whole.lines, [kept])).toMatchObject({ ok: true })
  const before = signedAt(heads[3] ?? chainStart(ACCOUNT))
  expect(await verify(makeTrail(12, 6).lines, [before])).toMatchObject({ ok: false, problem: 'records-missing' })
})

test('an export that hides its beginning is noticed', async () => {
  const { lines } = makeTrail(12, 6)
  expect(await verify(lines.toSpliced(1, 1))).toMatchObject(bad('records-missing', 6, 2))
  expect(await verify(lines.toSpliced(1, 2))).toMatchObject(bad('records-missing', 6, 2))
  const header = formatHeader({ account: ACCOUNT, from: 4, newest: undefined })
  expect(await verify(lines.with(0, header))).toMatchObject(bad('records-missing', 4, 2))
})

test('what is no export at all is said to be none', async () => {
  const nothing = [[], [''], ['{}'], ['[]'], ['not JSON'], ['{"a":1,"a":2}'], [`"${'x'.repeat(2_000_000)}"`]]
  for (const lines of nothing) expect(await verify(lines)).toMatchObject({ ok: false, problem: 'unreadable', line: 1 })
  const { lines } = makeTrail()
  expect(await verify([...lines, '', ''])).toMatchObject({ ok: true })
  expect(await verify([...lines, '{}'])).toMatchObject({ ok: false, problem: 'unreadable' })
})
