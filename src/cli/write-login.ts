import { randomUUID } from 'node:crypto'
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CliProblem, reasonOf } from './cli-problem.ts'
import { isMembers, type Members } from './members.ts'

/**
 * Writes a login where docker and podman look for it, and leaves all else in that file as it was.
 *
 * @throws {CliProblem} when the file is not what they take, or says that logins are kept somewhere else
 */
export async function writeLogin(path: string, registry: string, password: string): Promise<void> {
  const config = await readConfig(path)
  const { auths, credsStore, credHelpers } = config
  const helper = isMembers(credHelpers) ? credHelpers[registry] : undefined
  const asked = helper ?? credsStore
  if (typeof asked === 'string' && asked !== '') {
    throw new CliProblem(
      `${path} has docker ask docker-credential-${asked} for ${registry}, so a login in it would not be used.`,
    )
  }
  const login = { auth: Buffer.from(`AWS:${password}`).toString('base64') }
  await replaceFile(path, { ...config, auths: { ...(isMembers(auths) ? auths : {}), [registry]: login } })
}

async function readConfig(path: string): Promise<Members> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}'
    throw new CliProblem(`${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  })
  try {
    const config: unknown = JSON.parse(text.trim() === '' ? '{}' : text)
    if (isMembers(config)) return config
  } catch {
    // Said below.
  }
  throw new CliProblem(`${path} is not JSON as docker and podman write it; it was left as it is.`)
}

/** As a whole, where a link leads to. */
async function replaceFile(path: string, config: Members): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch(() => path)
    const temporary = join(dirname(target), `.${randomUUID()}.tmp`)
    await using undo = new AsyncDisposableStack()
    undo.defer(() => rm(temporary, { force: true }))
    await writeFile(temporary, `${JSON.stringify(config, null, '\t')}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporary, target)
  } catch (error) {
    throw new CliProblem(`${path} cannot be written: ${reasonOf(error)}.`, { cause: error })
  }
}
