import { access, chmod, constants, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ports/log.ts'

const OTHERS = 0o007
const OWN_FILES = ['lock', 'metadata.db', 'metadata.db-wal', 'metadata.db-shm']

/**
 * Makes the data folder when there is none, and sees to it that nobody else on the machine reads what is in it.
 *
 * @throws {Error} with a sentence for the operator when it cannot be made or used
 */
export async function openDataFolder(folder: string, log: Log): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Error(`the data folder ${folder} cannot be made (${messageOf(error)}); LADING_DATA names it`)
  }
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const user = process.getuid?.() ?? 'this process'
    throw new Error(
      `the data folder ${folder}, which LADING_DATA names, cannot be used by user ${user} (${messageOf(error)})`,
    )
  }
  await closeToOthers(folder, log)
}

/** An older release, or somebody's hand, may have left what others can read. */
async function closeToOthers(folder: string, log: Log): Promise<void> {
  if (((await stat(folder)).mode & OTHERS) === 0) return
  log.write('warn', 'other users of this machine can look into the data folder; chmod 700 would end that', { folder })
  for (const name of OWN_FILES) {
    const path = join(folder, name)
    const mode = (await stat(path).catch(() => undefined))?.mode
    if (mode !== undefined && (mode & OTHERS) !== 0) await chmod(path, mode & 0o770)
  }
}

/**
 * Where a file really is that may be a symbolic link: SQLite keeps its log beside the file, not beside the link.
 *
 * @throws {Error} with a sentence for the operator when the link leads nowhere
 */
export async function resolveLink(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    )
    if (isLink) throw new Error(`${path} is a symbolic link that cannot be followed (${messageOf(error)})`)
    return path
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
