import {
  parseBoolean,
  parseChoice,
  parseCountWithin,
  parseDatabaseUrl,
  parseDuration,
  parseDurationWithin,
  parseExternalUrl,
  parseGlobs,
  parseHosts,
  parseInstallationKeys,
  parseIpRanges,
  parseListenAddress,
  parseShare,
  parseSize,
  parseText,
} from './config-parsers.ts'

/** One setting: how it is read and what docs/configuration.md says of it. */
interface Setting<Value> {
  /** As it would be written in the environment. */
  readonly fallback?: string
  /** Never shown, not even in a message about its own form. */
  readonly secret?: true
  readonly parse: (text: string) => Value
  readonly doc: string
}

/** A timer set for longer than 2^31 - 1 ms, which is 24.8 days, fires at once. */
const LONGEST_TIMER = '24d'

const path = parseText(/^[^\0]+$/, 'a path')

/** Every setting there is, in the order of the documentation. A name that is not here stops the start. */
export const SETTINGS = {
  LADING_CONFIG_FILE: {
    parse: path,
    doc: 'A file of `NAME=value` lines with any other of these settings; `./lading.env` is read when it exists. What the environment says wins over the file.',
  },
  LADING_LISTEN: {
    fallback: '127.0.0.1:5000',
    parse: parseListenAddress,
    doc: 'Where to serve: `host:port`, `[::1]:5000`, or `:5000` for every address of the machine. Port 0 takes a free one.',
  },
  LADING_ANONYMOUS_LISTEN: {
    parse: parseListenAddress,
    doc: 'A second address that lets anybody read, and nobody write, without logging in. Off unless it is set.',
  },
  LADING_EXTERNAL_URL: {
    parse: parseExternalUrl,
    doc: 'The address that clients use when it is not the listen address, such as that of a proxy in front. `repositoryUri`, `proxyEndpoint` and `downloadUrl` begin with it; without it they begin with the `Host` that the caller signed. Every other address in an answer is relative.',
  },
  LADING_TRUSTED_PROXIES: {
    parse: parseIpRanges,
    doc: 'Proxies in front, `10.0.0.0/8,fd00::/8`: what these say in `X-Forwarded-For` and `X-Forwarded-Proto` is what conditions on `aws:SourceIp` and `aws:SecureTransport`, records and the log go by. Of nobody else are these headers believed.',
  },
  LADING_TLS_CERT: {
    parse: path,
    doc: 'PEM file with the certificate and its chain; serves HTTPS. Needs `LADING_TLS_KEY`. Both are read at the start: a renewed certificate takes a restart.',
  },
  LADING_TLS_KEY: { parse: path, doc: 'PEM file with the private key of `LADING_TLS_CERT`, not encrypted.' },
  LADING_DATA: {
    fallback: './data',
    parse: path,
    doc: 'The folder for blobs, the SQLite database and the root credentials. One process at a time.',
  },
  LADING_DATABASE_URL: {
    secret: true,
    parse: parseDatabaseUrl,
    doc: 'Keep the metadata in PostgreSQL, `postgres://user:password@host:5432/database`, instead of in SQLite.',
  },
  LADING_ACCOUNT: {
    fallback: '000000000000',
    parse: parseText(/^\d{12}$/, '12 digits, such as 000000000000'),
    doc: 'The account id of the registry that the first start makes.',
  },
  LADING_REGION: {
    fallback: 'us-east-1',
    parse: parseText(/^(?=.{4,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)+$/, 'a region name, such as us-east-1'),
    doc: 'The region of that registry.',
  },
  LADING_ROOT_ACCESS_KEY_ID: {
    parse: parseText(/^\w{16,128}$/, '16 to 128 letters, digits or underscores'),
    doc: 'The root access key id. Without it, the first start makes one and keeps it in `root-credentials.json`.',
  },
  LADING_ROOT_SECRET_ACCESS_KEY: {
    secret: true,
    parse: parseText(/^[!-~]{16,128}$/, '16 to 128 printable ASCII characters without spaces'),
    doc: 'The secret that goes with it; the two are set together or not at all. A new secret goes with a new id: tokens made with the key end with its id.',
  },
  LADING_INSTALLATION_KEY: {
    secret: true,
    parse: parseInstallationKeys,
    doc: 'What access-key secrets are encrypted and sessions, tokens and audit checkpoints are sealed and signed with: 32 random bytes in base64url (`openssl rand 32 | basenc --base64url | tr -d =`). Several, joined by commas, are all good, and the first is used. Without it, the first start makes one and keeps it in `installation-key.json`. Processes on one database have the same.',
  },
  LADING_OIDC_ALLOWED_HOSTS: {
    parse: parseHosts,
    doc: 'Issuers of identity tokens, `issuer.internal,127.0.0.1:8443`, whose keys may be fetched although they have private addresses, plain HTTP or no name. Every other one must be on the public internet, with HTTPS at port 443.',
  },
  LADING_OIDC_CA: {
    parse: path,
    doc: 'PEM file with certificate authorities that issuers of identity tokens may have theirs from, beside the usual ones.',
  },
  LADING_WEBHOOK_ALLOWED_HOSTS: {
    parse: parseHosts,
    doc: 'Receivers of webhooks, `hooks.internal,127.0.0.1:8080`, that may have private addresses, plain HTTP or no name. Every other one must be on the public internet, with HTTPS at port 443.',
  },
  LADING_WEBHOOK_CA: {
    parse: path,
    doc: 'PEM file with certificate authorities that receivers of webhooks may have theirs from, beside the usual ones.',
  },
  LADING_WEBHOOK_TIMEOUT: {
    fallback: '10s',
    parse: parseDurationWithin({ least: '100ms', most: '60s' }),
    doc: 'How long a receiver may take to answer. What a server that was killed had on its way is sent again after twice that and 5 s.',
  },
  LADING_WEBHOOK_ATTEMPTS: {
    fallback: '35',
    parse: parseCountWithin({ least: 1, most: 1000 }),
    doc: 'How often an event is sent before it becomes a dead letter: with pauses from 2 s to an hour, 35 attempts are about a day.',
  },
  LADING_LOG_EVENTS: {
    fallback: 'false',
    parse: parseBoolean,
    doc: '`true`: every event is a line in the log, too.',
  },
  LADING_CREATE_ON_PUSH: {
    fallback: 'false',
    parse: parseBoolean,
    doc: '`true`: the first start makes a `ROOT` repository creation template for CREATE_ON_PUSH, so that pushing to a repository that does not exist creates it. Later starts make none; they say how to.',
  },
  LADING_SPARSE_REPOSITORIES: {
    parse: parseGlobs,
    doc: 'Repositories, `mirror/*,team/base`, where a manifest may be pushed although something that it refers to is missing. None unless it is set.',
  },
  LADING_RESTORE_WINDOW: {
    fallback: '7d',
    parse: parseDuration,
    doc: 'How long what was deleted can be brought back, by undoing its plan or pushing it again, before its bytes may go. 0 turns it off.',
  },
  LADING_BLOB_LEASE: {
    fallback: '24h',
    parse: parseDurationWithin({ least: '1s' }),
    doc: 'How long a blob that nothing refers to stays, at least, after it was last pushed, mounted or asked for: a push that takes longer between a layer and the manifest may be told to begin anew.',
  },
  LADING_UPLOAD_EXPIRY: {
    fallback: '24h',
    parse: parseDurationWithin({ least: '1s' }),
    doc: 'How long an upload that nobody goes on with is kept, at least.',
  },
  LADING_LIFECYCLE_INTERVAL: {
    fallback: '1h',
    parse: parseDurationWithin({ least: '1s', most: LONGEST_TIMER }),
    doc: 'How long after one run of a repository’s lifecycle policy the next one is due.',
  },
  LADING_LIFECYCLE_JITTER: {
    fallback: '10%',
    parse: parseShare,
    doc: 'Up to this share of LADING_LIFECYCLE_INTERVAL is left off, for each repository another, so that not all of them are due at once.',
  },
  LADING_LIFECYCLE_SHARE: {
    fallback: '90%',
    parse: parseShare,
    doc: 'A run of a lifecycle policy that would take more than this share of a repository’s images (and more than 50 of them) waits until somebody applies its plan. `100%` turns the brake off.',
  },
  LADING_COLLECT_INTERVAL: {
    fallback: '60s',
    parse: parseDurationWithin({ most: LONGEST_TIMER }),
    doc: 'How often the collector looks for bytes whose time is over. 0 turns it off.',
  },
  LADING_COLLECT_SHARE: {
    fallback: '50%',
    parse: parseShare,
    doc: 'A run of the collector that would take more than this share of all blobs, bytes or manifests (and more than 1,000 of them, or 1 GiB) takes nothing until somebody confirms it. `100%` turns the brake off.',
  },
  LADING_REMOVAL_DELAY: {
    fallback: '60s',
    parse: parseDuration,
    doc: 'How long bytes stay after the last mention of them went, for downloads that had begun.',
  },
  LADING_SCRUB_INTERVAL: {
    fallback: '7d',
    parse: parseDuration,
    doc: 'How often every stored blob is read again and hashed. 0 turns it off.',
  },
  LADING_SCRUB_RATE: {
    fallback: '16MiB',
    parse: parseSize,
    doc: 'The most bytes a second that this check reads.',
  },
  LADING_AUDIT_RETENTION: {
    fallback: '400d',
    parse: parseDurationWithin({ least: '1h' }),
    doc: 'How long records of the audit trail are kept. Once a day, what is older goes, up to a signed checkpoint that the rest can be verified from.',
  },
  LADING_TRANSFER_TIMEOUT: {
    fallback: '60s',
    parse: parseDurationWithin({ least: '1ms', most: LONGEST_TIMER }),
    doc: 'An upload that brings less than 1 KiB a second over this time is answered 408; the session stays and can be resumed.',
  },
  LADING_STOP_TIMEOUT: {
    fallback: '30s',
    parse: parseDurationWithin({ most: LONGEST_TIMER }),
    doc: 'How long a stop waits for requests and background work that are running.',
  },
  LADING_LOG_LEVEL: {
    fallback: 'info',
    parse: parseChoice(['debug', 'info', 'warn', 'error']),
    doc: '`debug` also logs every read, and every request without a credential; `info` logs changes, refusals and failed logins.',
  },
} as const satisfies Record<`LADING_${string}`, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

/** What each parser gives; undefined only where there is no default. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | ReturnType<(typeof SETTINGS)[Name]['parse']>
    | ((typeof SETTINGS)[Name] extends { fallback: string } ? never : undefined)
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name)
}

export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name]
}

export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName)

/** For `lading --help`: the executable has no documentation beside it. */
export function renderSettingsForTerminal(): string {
  const entries = SETTING_NAMES.map((name) => {
    const { fallback, doc } = settingOf(name)
    const lines = wrap(doc.replaceAll('`', ''), 92).map((line) => `      ${line}\n`)
    return `  ${name}${fallback === undefined ? '' : ` (${fallback})`}\n${lines.join('')}`
  })
  return entries.join('')
}

function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 1}}(?=\\s|$)`, 'g')) ?? []
}

/** The table in docs/configuration.md; a test compares them. */
export function renderSettings(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { fallback, doc } = settingOf(name)
    return `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${doc} |`
  })
  return ['| setting | default | what it does |', '|---|---|---|', ...rows].join('\n')
}
