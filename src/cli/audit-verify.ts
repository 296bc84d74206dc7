import type { AuditReport } from '../core/audit/audit-report.ts'
import type { SignedCheckpoint } from '../core/audit/checkpoint.ts'
import { parseExportLine } from '../core/audit/export-line.ts'
import { parsePublicKeys } from '../core/audit/public-keys.ts'
import { verifyChain } from '../core/audit/verify-chain.ts'

/**
 * Checks an exported audit trail with nothing but its lines and the public key.
 *
 * @param lines of the file, without their line feeds
 * @param publicKey PEM, or `ed25519:…`; several, one after another, when the key has changed
 * @param kept checkpoints that were kept elsewhere, one on each line: the trail must go through them
 * @throws {Error} with a sentence for a person when the key, or a kept checkpoint, is none
 */
export async function verifyAudit(lines: AsyncIterable<string>, publicKey: string, kept = ''): Promise<AuditReport> {
  return await verifyChain(lines, { keys: parsePublicKeys(publicKey), kept: parseKept(kept) })
}

function parseKept(text: string): SignedCheckpoint[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((text, index) => {
    const line = parseExportLine(text)
    if (typeof line === 'string') throw new Error(`Line ${index + 1} of the kept checkpoints cannot be read: ${line}.`)
    if (line.kind !== 'checkpoint') throw new Error(`Line ${index + 1} of the kept checkpoints is no checkpoint.`)
    return line
  })
}
