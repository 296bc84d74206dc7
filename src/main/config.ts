import { lstatSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { IpRange } from '../core/ip-address.ts'
import { type ListenAddress, SettingProblem } from './config-parsers.ts'
import { isSettingName, SETTING_NAMES, type SettingName, type SettingValues, settingOf } from './config-table.ts'
import { nearestName } from './nearest-name.ts'
import { parseSettingsFile } from './settings-file.ts'
import { tlsProblem } from './tls-problem.ts'

/** Everything that can be set, checked. Times in milliseconds, paths absolute. */
export interface Config {
  readonly listen: ListenAddress
  readonly anonymousListen: ListenAddress | undefined
  readonly externalUrl: string | undefined
  /** The files' contents. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly dataFolder: string
  readonly databaseUrl: string | undefined
  readonly accountId: string
  readonly region: string
  /** Of the operator's own. */
  readonly trustedProxies: readonly IpRange[]
  /** The newest first; undefined when they are in the data folder. */
  readonly installationKeys: readonly Uint8Array[] | undefined
  /** Hosts of identity providers that may have private addresses, plain HTTP and no name. */
  readonly oidcAllowedHosts: readonly string[]
  /** PEM of authorities that identity providers may have their certificates from. */
  readonly oidcCa: string | undefined
  /** Hosts that webhooks may be sent to although they have private addresses, plain HTTP and no name. */
  readonly webhookAllowedHosts: readonly string[]
  /** PEM of authorities that receivers of webhooks may have their certificates from. */
  readonly webhookCa: string | undefined
  readonly webhookTimeoutMs: number
  /** How often a delivery is tried before it is given up. */
  readonly webhookAttempts: number
  readonly logEvents: boolean
  readonly rootKey: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  readonly createOnPush: boolean
  readonly sparseRepositories: readonly string[]
  readonly restoreWindowMs: number
  readonly blobLeaseMs: number
  readonly uploadExpiryMs: number
  readonly lifecycleIntervalMs: number
  readonly lifecycleJitter: number
  readonly lifecycleShare: number
  readonly collectIntervalMs: number
  readonly collectShare: number
  readonly removalDelayMs: number
  readonly scrubIntervalMs: number
  readonly scrubBytesPerSecond: number
  readonly auditRetentionMs: number
  readonly transferTimeoutMs: number
  readonly stopTimeoutMs: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/** Why the server does not start: one sentence for each setting that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EISDIR: 'it is a folder',
  ENOENT: 'it does not exist',
}

type Environment = Readonly<Record<string, string | undefined>>

/** @param environment only tests give their own */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = []
  const file = readSettingsFile(environment.LADING_CONFIG_FILE, problems)
  const fromEnvironment = named(environment)
  const texts = { ...file.settings, ...fromEnvironment }
  const sourceOf = (name: string) => (Object.hasOwn(fromEnvironment, name) ? '' : ` (in ${file.path})`)
  for (const name of Object.keys(texts)) {
    if (!isSettingName(name)) problems.push(unknownSetting(name, sourceOf(name)))
  }
  const values = parseAll(texts, sourceOf, problems)
  checkTogether(values, 'LADING_ROOT_ACCESS_KEY_ID', 'LADING_ROOT_SECRET_ACCESS_KEY', problems)
  checkTogether(values, 'LADING_TLS_CERT', 'LADING_TLS_KEY', problems)
  const tls = readTls(values, problems)
  const oidcCa = readPem(values, 'LADING_OIDC_CA', problems)
  const webhookCa = readPem(values, 'LADING_WEBHOOK_CA', problems)
  if (problems.length > 0) throw new ConfigError(problems)
  // Without a problem every setting with a default has its value, which is what SettingValues says.
  return toConfig(values as SettingValues, { tls, oidcCa, webhookCa })
}

/** What the command line reads: whoever has it set may start a server all the same. */
const OF_CLIENTS: ReadonlySet<string> = new Set(['LADING_ENDPOINT'])

/** The settings that the environment gives. An empty one is not set: that is how compose files leave things out. */
function named(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, text]) =>
    name.startsWith('LADING_') && !OF_CLIENTS.has(name) && text !== undefined && text !== ''
      ? [[name, text] as const]
      : [],
  )
  return Object.fromEntries(entries)
}

interface SettingsFile {
  readonly path: string
  readonly settings: Readonly<Record<string, string>>
}

/** Without a name it is `lading.env`, when there is one: what is there and cannot be read is never passed over. */
function readSettingsFile(asked: string | undefined, problems: string[]): SettingsFile {
  const isAsked = asked !== undefined && asked !== ''
  const path = isAsked ? asked : 'lading.env'
  if (!isAsked && lstatSync(path, { throwIfNoEntry: false }) === undefined) return { path, settings: {} }
  const text = readText(path, (why) => problems.push(isAsked ? `LADING_CONFIG_FILE names ${why}` : `There is ${why}`))
  return { path, settings: text === undefined ? {} : parseSettingsFile(path, text, problems) }
}

/** @param unreadable is told which file, and why it cannot be read */
function readText(path: string, unreadable: (why: string) => void): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : `${error}`
    unreadable(`${JSON.stringify(path)}, which cannot be read: ${UNREADABLE[code] ?? code}.`)
    return undefined
  }
}

function unknownSetting(name: string, source: string): string {
  const nearest = nearestName(name, SETTING_NAMES)
  const hint = nearest === undefined ? '.' : `; did you mean ${nearest}?`
  return `${name}${source} is not a setting${hint}`
}

type ParsedValues = Partial<Record<SettingName, unknown>>

function parseAll(
  texts: Readonly<Record<string, string>>,
  sourceOf: (name: string) => string,
  problems: string[],
): ParsedValues {
  const values: ParsedValues = {}
  for (const name of SETTING_NAMES) {
    const { fallback, parse, secret } = settingOf(name)
    const text = texts[name] ?? fallback
    if (text === undefined) continue
    try {
      values[name] = parse(text)
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error
      problems.push(`${name}${sourceOf(name)}${secret ? '' : ` is ${JSON.stringify(text)}: it`} ${error.message}.`)
    }
  }
  return values
}

function checkTogether(values: ParsedValues, one: SettingName, other: SettingName, problems: string[]): void {
  if ((values[one] === undefined) === (values[other] === undefined)) return
  const [present, absent] = values[one] === undefined ? [other, one] : [one, other]
  problems.push(`${present} is set without ${absent}: set both or neither.`)
}

function readTls(values: ParsedValues, problems: string[]): Config['tls'] {
  const read = (name: PemSetting): string => readPem(values, name, problems) ?? ''
  if (values.LADING_TLS_CERT === undefined || values.LADING_TLS_KEY === undefined) return undefined
  const before = problems.length
  const tls = { cert: read('LADING_TLS_CERT'), key: read('LADING_TLS_KEY') }
  const problem = problems.length > before ? undefined : tlsProblem(tls)
  if (problem !== undefined) problems.push(problem)
  return tls
}

type PemSetting = 'LADING_TLS_CERT' | 'LADING_TLS_KEY' | 'LADING_OIDC_CA' | 'LADING_WEBHOOK_CA'

/** @returns undefined when the setting is not set, or its file cannot be read */
function readPem(values: ParsedValues, name: PemSetting, problems: string[]): string | undefined {
  if (values[name] === undefined) return undefined
  const path = String(values[name])
  const text = readText(path, (why) => problems.push(`${name} names ${why}`))
  if (text !== undefined && !text.includes('-----BEGIN')) {
    problems.push(`${name} names ${JSON.stringify(path)}, which is not a PEM file.`)
  }
  return text
}

type ReadFiles = Pick<Config, 'tls' | 'oidcCa' | 'webhookCa'>

function toConfig(values: SettingValues, { tls, oidcCa, webhookCa }: ReadFiles): Config {
  const accessKeyId = values.LADING_ROOT_ACCESS_KEY_ID
  const secretAccessKey = values.LADING_ROOT_SECRET_ACCESS_KEY
  return {
    listen: values.LADING_LISTEN,
    anonymousListen: values.LADING_ANONYMOUS_LISTEN,
    externalUrl: values.LADING_EXTERNAL_URL,
    tls,
    dataFolder: resolve(values.LADING_DATA),
    databaseUrl: values.LADING_DATABASE_URL,
    accountId: values.LADING_ACCOUNT,
    region: values.LADING_REGION,
    trustedProxies: values.LADING_TRUSTED_PROXIES ?? [],
    installationKeys: values.LADING_INSTALLATION_KEY,
    oidcAllowedHosts: values.LADING_OIDC_ALLOWED_HOSTS ?? [],
    oidcCa,
    webhookAllowedHosts: values.LADING_WEBHOOK_ALLOWED_HOSTS ?? [],
    webhookCa,
    webhookTimeoutMs: values.LADING_WEBHOOK_TIMEOUT,
    webhookAttempts: values.LADING_WEBHOOK_ATTEMPTS,
    logEvents: values.LADING_LOG_EVENTS,
    rootKey: accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
    createOnPush: values.LADING_CREATE_ON_PUSH,
    sparseRepositories: values.LADING_SPARSE_REPOSITORIES ?? [],
    restoreWindowMs: values.LADING_RESTORE_WINDOW,
    blobLeaseMs: values.LADING_BLOB_LEASE,
    uploadExpiryMs: values.LADING_UPLOAD_EXPIRY,
    lifecycleIntervalMs: values.LADING_LIFECYCLE_INTERVAL,
    lifecycleJitter: values.LADING_LIFECYCLE_JITTER,
    lifecycleShare: values.LADING_LIFECYCLE_SHARE,
    collectIntervalMs: values.LADING_COLLECT_INTERVAL,
    collectShare: values.LADING_COLLECT_SHARE,
    removalDelayMs: values.LADING_REMOVAL_DELAY,
    scrubIntervalMs: values.LADING_SCRUB_INTERVAL,
    auditRetentionMs: values.LADING_AUDIT_RETENTION,
    scrubBytesPerSecond: values.LADING_SCRUB_RATE,
    transferTimeoutMs: values.LADING_TRANSFER_TIMEOUT,
    stopTimeoutMs: values.LADING_STOP_TIMEOUT,
    logLevel: values.LADING_LOG_LEVEL,
  }
}
