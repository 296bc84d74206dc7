import { expect, test } from 'bun:test'
import { chainStart, nextHead } from '../core/audit/chain.ts'
import { checkpointSigner } from '../core/audit/checkpoint.ts'
import { formatCheckpoint, formatEnd, formatHeader, formatRecord } from '../core/audit/export-line.ts'
import { verifyAudit } from './audit-verify.ts'

const ACCOUNT = '000000000000'
const signer = checkpointSigner(new Uint8Array(32).fill(3))
const head = nextHead(chainStart(ACCOUNT), '{"a":1}')
const newest = signer.sign({ account: ACCOUNT, installation: 'here', atMs: 1, ...head })
const LINES = [
  formatHeader({ account: ACCOUNT, from: 1, newest }),
  formatRecord({ ...head, body: '{"a":1}' }),
  formatCheckpoint(newest),
  formatEnd(head),
]

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

test('verifyAudit needs the lines and the public key', async () => {
  for (const key of [signer.publicKeyPem, signer.publicKeyText]) {
    expect(await verifyAudit(each(LINES), key)).toMatchObject({
      ok: true,
      message: 'The trail of account 000000000000: 1 record, 1 to 1, as they were written. All are signed for.',
    })
  }
  const stranger = checkpointSigner(new Uint8Array(32).fill(4)).publicKeyText
  expect(await verifyAudit(each(LINES), stranger)).toMatchObject({ ok: false, problem: 'checkpoint-signature' })
  await expect(verifyAudit(each(LINES), 'no key')).rejects.toThrow('not the public key')
})

test('verifyAudit takes checkpoints that were kept elsewhere', async () => {
  const later = signer.sign({ account: ACCOUNT, installation: 'here', atMs: 2, ...nextHead(head, '{}') })
  const kept = `${formatCheckpoint(newest)}\n`
  expect(await verifyAudit(each(LINES), signer.publicKeyText, kept)).toMatchObject({ ok: true })
  const cut = verifyAudit(each(LINES), signer.publicKeyText, `${kept}${formatCheckpoint(later)}\n`)
  expect(await cut).toMatchObject({ ok: false, problem: 'cut-off', sequence: 2 })
  await expect(verifyAudit(each(LINES), signer.publicKeyText, formatEnd(head))).rejects.toThrow('is no checkpoint')
  await expect(verifyAudit(each(LINES), signer.publicKeyText, 'nonsense')).rejects.toThrow('cannot be read')
})
