import { existsSync } from 'node:fs'
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const DEBIAN_ROOT = '/usr/lib/postgresql'
const START_LIMIT_MS = 20_000

/** A PostgreSQL server of our own on 127.0.0.1, with its data in a temporary folder. */
export interface PostgresServer {
  readonly url: string
  readonly port: number
  /** Ends it as a crash would: connections break at once. */
  crash(): Promise<void>
  /** Starts it again on the same data and port. */
  restart(): Promise<void>
  /** Runs SQL as the superuser. */
  sql(text: string): Promise<void>
  stop(): Promise<void>
}

/** The folder with `initdb` and `postgres`, or undefined when PostgreSQL is not installed. */
export async function findPostgres(): Promise<string | undefined> {
  const onPath = Bun.which('initdb')
  if (onPath !== null) return join(onPath, '..')
  const versions = existsSync(DEBIAN_ROOT) ? await readdir(DEBIAN_ROOT) : []
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_ROOT, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/** @param fsync off, as tests ask what a transaction does, not what a power cut does */
export async function startPostgres(binaries: string, fsync: 'on' | 'off' = 'off'): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-postgres-'))
  const user = await unprivilegedUser()
  if (user !== undefined) {
    await chown(folder, user.uid, user.gid)
    await chmod(folder, 0o700)
  }
  const data = join(folder, 'data')
  const initdb = [join(binaries, 'initdb'), '-D', data, '-U', 'lading', '--auth=trust', '--no-sync', '--encoding=UTF8']
  await run([...asUser(user), ...initdb, '--locale=C.UTF-8'], folder)
  const port = await freePort()
  const url = `postgres://lading@127.0.0.1:${port}/postgres`
  const settings = [
    '-c',
    `fsync=${fsync}`,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
  ]
  const command = [...asUser(user), join(binaries, 'postgres'), '-D', data, '-p', String(port), ...settings]
  let server = await start(command, folder, url)
  const end = async (signal: 'SIGINT' | 'SIGQUIT') => {
    server.kill(signal)
    await server.exited
  }
  return {
    url,
    port,
    crash: () => end('SIGQUIT'),
    async restart() {
      server = await start(command, folder, url)
    },
    sql: (text) => withClient(url, async (client) => void (await client.unsafe(text))),
    async stop() {
      await end('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function start(command: readonly string[], folder: string, url: string): Promise<Bun.Subprocess> {
  const log = Bun.file(join(folder, 'log'))
  const server = Bun.spawn([...command], { cwd: folder, stdin: 'ignore', stdout: 'ignore', stderr: log })
  const deadlineMs = performance.now() + START_LIMIT_MS
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended: ${await log.text()}`)
    try {
      await withClient(url, async (client) => void (await client.unsafe('select 1')))
      return server
    } catch (error) {
      if (performance.now() > deadlineMs) throw error
      await Bun.sleep(50)
    }
  }
}

async function withClient(url: string, action: (client: Bun.SQL) => Promise<void>): Promise<void> {
  const client = new Bun.SQL({ url, max: 1, connectionTimeout: 5 })
  try {
    await action(client)
  } finally {
    await client.close()
  }
}

/** PostgreSQL refuses to run as root: the user that Debian's package makes, or nobody. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = (await Bun.file('/etc/passwd').text()).split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('there is no unprivileged user to run PostgreSQL as')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

function asUser(user: { uid: number; gid: number } | undefined): string[] {
  return user === undefined ? [] : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
}

async function run(command: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([...command], { cwd, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const [error, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (exitCode !== 0) throw new Error(`${command.join(' ')} failed: ${error}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject()))
    })
  })
}
