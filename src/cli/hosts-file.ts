import { readFile } from 'node:fs/promises'
import { CliProblem, reasonOf } from './cli-problem.ts'
import { parseEndpoint } from './endpoint.ts'
import { isMembers, textOf } from './members.ts'

/** What somebody has said of one registry. */
export interface HostEntry {
  /** Where its API is, when that is not at its own name with TLS. */
  readonly endpoint?: string
  readonly profile?: string
  readonly region?: string
}

const NAMES: readonly string[] = ['endpoint', 'profile', 'region']

/**
 * The entry of a host in `hosts.json`, `{"registry.example.com": {"profile": "lading"}}`: docker gives its helpers
 * nothing but a host.
 *
 * @throws {CliProblem} when the file is there and cannot be used
 */
export async function findHost(path: string, host: string): Promise<HostEntry | undefined> {
  const hosts = await readHosts(path)
  const entry = Object.hasOwn(hosts, host) ? hosts[host] : undefined
  if (entry === undefined) return undefined
  const isFit =
    isMembers(entry) &&
    Object.entries(entry).every(([name, value]) => NAMES.includes(name) && typeof value === 'string')
  if (!isFit) throw new CliProblem(`${path}: what it says of ${host} must be texts called ${NAMES.join(', ')}.`)
  const [endpoint, profile, region] = NAMES.map((name) => textOf(entry, name))
  return {
    ...(endpoint !== undefined && { endpoint: parseEndpoint(endpoint) }),
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  }
}

async function readHosts(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}'
    throw new CliProblem(`${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  })
  try {
    const hosts: unknown = JSON.parse(text)
    if (isMembers(hosts)) return hosts
  } catch {
    // Said below.
  }
  throw new CliProblem(`${path} must be JSON like {"registry.example.com": {"profile": "lading"}}.`)
}
