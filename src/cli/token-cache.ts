import { createHash, randomUUID } from 'node:crypto'
import { chmod, constants, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMembers } from './members.ts'

/** An authorization token, and what it was made for. Times are Unix time in milliseconds. */
export interface CachedToken {
  /** Host and port of the registry. */
  readonly host: string
  readonly password: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /** Of the credentials it was made with; undefined when those are others at every look, as a role's are. */
  readonly credentials: string | undefined
}

const OTHERS = 0o077
const MOST_BYTES = 64 * 1024

/**
 * Tokens in a folder that nobody else can read. Whatever cannot be read, written or trusted counts as absent: a cache
 * that does not work must not keep anybody from working.
 */
export class TokenCache {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @param name of the file, as `cacheName` makes it */
  async find(name: string): Promise<CachedToken | undefined> {
    if (!(await isPrivateFolder(this.#folder))) return undefined
    return await readToken(join(this.#folder, name))
  }

  /** Replaces the file as a whole: whoever reads at the same time sees the old token or the new one. */
  async put(name: string, token: CachedToken): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await closeFolder(this.#folder)
      const temporary = join(this.#folder, `${randomUUID()}.tmp`)
      await using undo = new AsyncDisposableStack()
      undo.defer(() => rm(temporary, { force: true }))
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
      await using file = await open(temporary, flags, 0o600)
      await file.writeFile(JSON.stringify(token))
      await rename(temporary, join(this.#folder, name))
    } catch {
      // A read-only home, a full disk: the token is good without being kept.
    }
  }

  async remove(name: string): Promise<void> {
    try {
      if (await isPrivateFolder(this.#folder)) await rm(join(this.#folder, name), { force: true })
    } catch {
      // A read-only home: it is found again, and refused again.
    }
  }

  /** Every token that is kept, whether or not it is still good. */
  async list(): Promise<CachedToken[]> {
    if (!(await isPrivateFolder(this.#folder))) return []
    const names = await readdir(this.#folder).catch(() => [])
    const tokens = await Promise.all(names.map((name) => readToken(join(this.#folder, name))))
    return tokens.filter((token) => token !== undefined)
  }
}

/** The name of a token's file: says nothing of what it is made of. */
export function cacheName(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Kept past its half, a token would be found expired by a build that began with it. */
export function isFresh({ issuedAtMs, expiresAtMs }: CachedToken, nowMs: number): boolean {
  return nowMs >= issuedAtMs && nowMs < issuedAtMs + (expiresAtMs - issuedAtMs) / 2
}

async function closeFolder(folder: string): Promise<void> {
  const status = await lstat(folder)
  if (!status.isDirectory() || status.uid !== process.getuid?.()) throw new Error(`${folder} is somebody else's`)
  if ((status.mode & OTHERS) !== 0) await chmod(folder, 0o700)
}

async function isPrivateFolder(folder: string): Promise<boolean> {
  const status = await lstat(folder).catch(() => undefined)
  return status?.isDirectory() === true && status.uid === process.getuid?.() && (status.mode & OTHERS) === 0
}

async function readToken(path: string): Promise<CachedToken | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const status = await file.stat()
    const isOurs = status.isFile() && status.uid === process.getuid?.() && (status.mode & OTHERS) === 0
    if (!isOurs || status.size > MOST_BYTES) return undefined
    return toToken(JSON.parse(await file.readFile('utf8')))
  } catch {
    return undefined
  }
}

function toToken(value: unknown): CachedToken | undefined {
  if (!isMembers(value)) return undefined
  const { host, password, issuedAtMs, expiresAtMs, credentials } = value
  if (typeof host !== 'string' || typeof password !== 'string') return undefined
  if (typeof issuedAtMs !== 'number' || typeof expiresAtMs !== 'number') return undefined
  if (credentials !== undefined && typeof credentials !== 'string') return undefined
  return { host, password, issuedAtMs, expiresAtMs, credentials }
}
