import { randomBytes } from 'node:crypto'
import { closeSecretFile, readSecretFile, writeSecretFile } from './secret-file.ts'

export interface RootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface OpenedRootKey extends RootKey {
  /** Whether others than the owner could read the file until now. */
  readonly wasExposed: boolean
  /** Whether there was none, so that every login with an earlier one has ended. */
  readonly wasMade: boolean
}

/** AWS's own alphabet for key ids: base 32 without 0, 1, 8 and 9. */
const KEY_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Reads the root key, or makes one and keeps it. The file is what the AWS CLI expects from a `credential_process`, so
 * `cat` on it is one. It appears whole or not at all, survives a power cut once this resolves, and is never
 * overwritten; a mode that lets others read it is put right.
 *
 * @throws {Error} with a sentence for the operator when the file is there and is not ours
 */
export async function openRootKey(path: string): Promise<OpenedRootKey> {
  const text = await readSecretFile(path)
  if (text !== undefined)
    return { ...parseRootKey(path, text), wasExposed: await closeSecretFile(path), wasMade: false }
  const key = makeRootKey()
  await writeSecretFile(path, formatRootKey(key))
  return { ...key, wasExposed: false, wasMade: true }
}

function makeRootKey(): RootKey {
  const suffix = Array.from(randomBytes(16), (byte) => KEY_ID_ALPHABET[byte % 32]).join('')
  // 30 bytes are exactly 40 base64 characters.
  return { accessKeyId: `AKIA${suffix}`, secretAccessKey: randomBytes(30).toString('base64') }
}

function formatRootKey(key: RootKey): string {
  const document = { Version: 1, AccessKeyId: key.accessKeyId, SecretAccessKey: key.secretAccessKey }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function parseRootKey(path: string, text: string): RootKey {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    document = undefined
  }
  if (isRootKeyDocument(document)) {
    return { accessKeyId: document.AccessKeyId, secretAccessKey: document.SecretAccessKey }
  }
  throw new Error(`${path} does not hold a root key; move it away to have a new one made, or restore it from a backup.`)
}

function isRootKeyDocument(value: unknown): value is { AccessKeyId: string; SecretAccessKey: string } {
  if (typeof value !== 'object' || value === null) return false
  const { AccessKeyId: id, SecretAccessKey: secret }: { AccessKeyId?: unknown; SecretAccessKey?: unknown } = value
  return typeof id === 'string' && id.length >= 16 && typeof secret === 'string' && secret.length >= 16
}
