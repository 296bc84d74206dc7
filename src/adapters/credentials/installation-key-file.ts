import { randomBytes } from 'node:crypto'
import { closeSecretFile, readSecretFile, writeSecretFile } from './secret-file.ts'

const KEY_BYTES = 32

export interface OpenedInstallationKey {
  /** The newest first, 32 bytes each. Never logged. */
  readonly keys: readonly Uint8Array[]
  /** Whether others than the owner could read the file until now. */
  readonly wasExposed: boolean
  /** Whether there was none. */
  readonly wasMade: boolean
}

/**
 * Reads the installation's keys, or makes one and keeps it. The file is `{"Version": 1, "Keys": ["<base64url>", …]}`:
 * somebody who replaces a key puts the new one first and leaves the old one until nothing needs it any more. It is
 * never overwritten, and appears as `writeSecretFile` has it.
 *
 * @throws {Error} with a sentence for the operator when the file is there and is not ours
 */
export async function openInstallationKey(path: string): Promise<OpenedInstallationKey> {
  const text = await readSecretFile(path)
  if (text !== undefined) {
    return { keys: parseDocument(path, text), wasExposed: await closeSecretFile(path), wasMade: false }
  }
  const key = randomBytes(KEY_BYTES)
  const document = { Version: 1, Keys: [key.toString('base64url')] }
  await writeSecretFile(path, `${JSON.stringify(document, undefined, 2)}\n`)
  return { keys: [key], wasExposed: false, wasMade: true }
}

/** @returns undefined for what is not the base64url text of 32 bytes */
export function parseInstallationKey(text: string): Uint8Array | undefined {
  const key = Buffer.from(text, 'base64url')
  return key.byteLength === KEY_BYTES && key.toString('base64url') === text ? key : undefined
}

function parseDocument(path: string, text: string): Uint8Array[] {
  const keys = textsIn(text)?.map(parseInstallationKey)
  if (keys !== undefined && keys.length > 0 && keys.every((key) => key !== undefined)) return keys
  throw new Error(
    `${path} does not hold the installation's keys, without which no access key and no session can be opened; restore it from a backup.`,
  )
}

function textsIn(text: string): string[] | undefined {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || !('Keys' in document)) return undefined
    const { Keys: keys } = document
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined
  } catch {
    return undefined
  }
}
