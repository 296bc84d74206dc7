import { parseInstallationKey } from '../adapters/credentials/installation-key-file.ts'
import { type IpRange, parseIpRange } from '../core/ip-address.ts'

/** Thrown by a setting's parser. The message goes on after the setting's name and value: "must be …". */
export class SettingProblem extends Error {}

/** Where to listen. An empty hostname stands for every address of the machine. */
export interface ListenAddress {
  readonly hostname: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** `host:port`, `[v6]:port` or `:port`. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text)
  if (match === null) throw new SettingProblem('must be host:port, such as 127.0.0.1:5000 or [::1]:5000')
  const port = Number(match[3])
  if (port > 65_535) throw new SettingProblem('must have a port from 0 to 65535')
  return { hostname: match[1] ?? match[2] ?? '', port }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const LONGEST_MS = 3650 * 86_400_000

/** A whole number with its unit, or a bare 0. @returns milliseconds */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  const milliseconds = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN)
  if (!(milliseconds <= LONGEST_MS)) {
    throw new SettingProblem('must be a time such as 7d, 24h, 15m, 90s, 500ms or 0, and at most 3650d')
  }
  return milliseconds
}

/** A duration between two others, both as they would be set. */
export function parseDurationWithin(bounds: { readonly least?: string; readonly most?: string }) {
  const { least = '0', most = '3650d' } = bounds
  const [leastMs, mostMs] = [parseDuration(least), parseDuration(most)]
  return (text: string): number => {
    const milliseconds = parseDuration(text)
    if (milliseconds < leastMs) throw new SettingProblem(`must be at least ${least}`)
    if (milliseconds > mostMs) throw new SettingProblem(`must be at most ${most}`)
    return milliseconds
  }
}

/** A percentage. @returns a number above 0 and at most 1 */
export function parseShare(text: string): number {
  const percent = Number(/^(\d{1,3})%$/.exec(text)?.[1])
  if (!(percent >= 1 && percent <= 100)) throw new SettingProblem('must be a share from 1% to 100%')
  return percent / 100
}

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** A whole number of bytes, KiB, MiB or GiB. @returns bytes */
export function parseSize(text: string): number {
  const match = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(text)
  const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? ''] ?? Number.NaN)
  if (!Number.isSafeInteger(bytes)) throw new SettingProblem('must be a size such as 8MiB, 512KiB or 0')
  return bytes
}

export function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new SettingProblem('must be true or false')
  return text === 'true'
}

/** A whole number between two others. */
export function parseCountWithin({ least, most }: { readonly least: number; readonly most: number }) {
  return (text: string): number => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(count >= least && count <= most)) throw new SettingProblem(`must be a whole number from ${least} to ${most}`)
    return count
  }
}

/** One of `choices`. */
export function parseChoice<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text)
    if (choice === undefined) throw new SettingProblem(`must be one of ${choices.join(', ')}`)
    return choice
  }
}

/** Text of a given form; `expectation` completes the sentence "must be …". */
export function parseText(form: RegExp, expectation: string): (text: string) => string {
  return (text) => {
    if (!form.test(text)) throw new SettingProblem(`must be ${expectation}`)
    return text
  }
}

/** Names or globs with commas between them; none for an empty text. */
export function parseGlobs(text: string): readonly string[] {
  const globs = text.split(',').map((glob) => glob.trim())
  if (!globs.every((glob) => /^[a-z0-9*._/-]+$/.test(glob))) {
    throw new SettingProblem('must be repository names with * for any text, such as mirror/*,team/base')
  }
  return globs
}

export function parseDatabaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw new SettingProblem('must be an address such as postgres://user:password@host:5432/database')
  }
  return text
}

/** The address by which clients reach the server: scheme, host and port, nothing more. @returns it without a final slash */
export function parseExternalUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || `${url.origin}/` !== url.href) {
    throw new SettingProblem('must be scheme, host and port only, such as https://registry.example.org')
  }
  return url.origin
}

/** One key or several, joined by commas, the newest first. */
export function parseInstallationKeys(text: string): readonly Uint8Array[] {
  const keys = text.split(',').map((key) => parseInstallationKey(key.trim()))
  if (keys.every((key) => key !== undefined)) return keys
  throw new SettingProblem(
    'must be 32 random bytes in base64url without padding, which is 43 characters; or several, joined by commas',
  )
}

/** Hosts with or without a port, joined by commas. */
export function parseHosts(text: string): readonly string[] {
  const hosts = text.split(',').map((host) => host.trim())
  if (hosts.every((host) => /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(host))) return hosts
  throw new SettingProblem('must be hosts such as issuer.internal or 127.0.0.1:8443, joined by commas')
}

/** Addresses or ranges of them, joined by commas. */
export function parseIpRanges(text: string): readonly IpRange[] {
  const ranges = text.split(',').map((range) => parseIpRange(range.trim()))
  if (ranges.every((range) => range !== undefined)) return ranges
  throw new SettingProblem('must be addresses or ranges such as 10.0.0.0/8 or fd00::/8, joined by commas')
}
