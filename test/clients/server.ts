import { openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { killGroup, spawnInGroup } from './children.ts'
import { run } from './command.ts'

const REPOSITORY_ROOT = dirname(dirname(import.meta.dirname))
const START_TIMEOUT_SECONDS = 60
const STOP_TIMEOUT_SECONDS = 30

/** A registry that clients can be pointed at, and the root access key that opens it. */
export interface Endpoint {
  /** `127.0.0.1:5000`: what stands before the repository's name in an image reference. */
  readonly host: string
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly account: string
  readonly region: string
  /** False for a stand-in that is some other registry: it has no ECR API, and takes the secret where a token goes. */
  readonly speaksEcr: boolean
  /** The PEM file with the certificate to trust, when the endpoint speaks TLS. */
  readonly certificateFile?: string
}

/** A Lading server that runs as a child of the tests. */
export interface RunningServer {
  readonly endpoint: Endpoint
  readonly logFile: string
  /** @throws {Error} with the lines of the log that tell of a fault of the server's own */
  assertNoFault(): Promise<void>
  /** SIGTERM, then waits. @throws {Error} when the server does not end by itself with status 0 */
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Holds the data, the log and, for TLS, the certificate. Made when missing. */
  readonly directory: string
  readonly tls: boolean
  /** More settings, for instance `LADING_ANONYMOUS_LISTEN`. */
  readonly settings?: Readonly<Record<string, string>>
}

const KEY = { accessKeyId: 'AKIALADINGCLIENTTEST', secretAccessKey: 'client/test+Secret0123456789012345678901' }

/** Starts `lading serve` as a user would, on a free port and an empty data folder, and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  await mkdir(options.directory, { recursive: true })
  const host = `127.0.0.1:${await findFreePort()}`
  const certificate = options.tls ? await makeCertificate(options.directory) : undefined
  const endpoint: Endpoint = {
    host,
    url: `${options.tls ? 'https' : 'http'}://${host}`,
    ...KEY,
    account: '000000000000',
    region: 'us-east-1',
    speaksEcr: true,
    ...(certificate === undefined ? {} : { certificateFile: certificate.certificateFile }),
  }
  const logFile = join(options.directory, 'server.log')
  const child = spawnServer(logFile, {
    ...cleanEnvironment(),
    LADING_LISTEN: host,
    LADING_DATA: join(options.directory, 'data'),
    LADING_ROOT_ACCESS_KEY_ID: KEY.accessKeyId,
    LADING_ROOT_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    LADING_CREATE_ON_PUSH: 'true',
    // Sparse manifests are for those who ask for them, and the conformance suite does.
    LADING_SPARSE_REPOSITORIES: 'conformance/*',
    // The janitor is at work all the time while clients push and delete.
    LADING_COLLECT_INTERVAL: '2s',
    ...(certificate === undefined
      ? {}
      : { LADING_TLS_CERT: certificate.certificateFile, LADING_TLS_KEY: certificate.keyFile }),
    ...options.settings,
  })
  await waitUntilReady(endpoint, child, logFile)
  return {
    endpoint,
    logFile,
    assertNoFault: () => assertNoFault(logFile),
    stop: () => stopServer(child, logFile),
  }
}

/** A port that nothing listened on a moment ago. */
export async function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer()
  probe.on('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)))
  })
  return await promise
}

function spawnServer(logFile: string, environment: Record<string, string>): Bun.Subprocess {
  const command = ['node', 'scripts/with-bun.mjs', 'src/main/lading.ts', 'serve']
  return spawnInGroup(command, { environment, log: openSync(logFile, 'a'), directory: REPOSITORY_ROOT })
}

/** This process's environment without settings of a Lading that the developer may be running. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('LADING_'))
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

async function waitUntilReady(endpoint: Endpoint, child: Bun.Subprocess, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break
    try {
      const response = await fetch(`${endpoint.url}/readyz`, { tls: { rejectUnauthorized: false } })
      if (response.ok) return
    } catch {
      // Nothing listens yet.
    }
    await Bun.sleep(50)
  }
  killGroup(child)
  throw new Error(`the server did not become ready; its log:\n${await Bun.file(logFile).text()}`)
}

/** No client may be answered 5xx, and nothing may be logged as an error. */
async function assertNoFault(logFile: string): Promise<void> {
  const lines = (await Bun.file(logFile).text()).split('\n')
  const faults = lines.filter((line) => /"level":"error"|"status":5\d\d\b/.test(line))
  if (faults.length > 0) throw new Error(`the server's log tells of ${faults.length} faults:\n${faults.join('\n')}`)
}

async function stopServer(child: Bun.Subprocess, logFile: string): Promise<void> {
  child.kill('SIGTERM')
  const status = await Promise.race([child.exited, Bun.sleep(STOP_TIMEOUT_SECONDS * 1000)])
  if (status === 0) return
  killGroup(child)
  const complaint = status === undefined ? 'did not stop on SIGTERM' : `ended with status ${status}`
  throw new Error(`the server ${complaint}; its log:\n${await Bun.file(logFile).text()}`)
}

async function makeCertificate(directory: string): Promise<{ certificateFile: string; keyFile: string }> {
  const [certificateFile, keyFile] = [join(directory, 'server.crt'), join(directory, 'server.key')]
  const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost'
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', '/CN=Lading client tests', '-addext', names]
  await run(['openssl', 'req', '-x509', '-days', '2', ...key, ...subject, '-out', certificateFile])
  return { certificateFile, keyFile }
}
