/** W3C's profile of ISO 8601, which IAM names: a date, or a date and time with a zone. */
const ISO =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?$/
const EPOCH_SECONDS = /^[0-9]{1,12}(?:\.[0-9]{1,9})?$/
const LONGEST = 40

/**
 * A moment as ISO 8601 or as seconds since 1970, as `aws:EpochTime` has it.
 *
 * @returns Unix time in milliseconds; undefined if the text is neither, or a day that there is not
 */
export function parseInstant(text: string): number | undefined {
  if (text.length > LONGEST) return undefined
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0))
  const ms = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  const isReal =
    new Date(ms).toISOString().slice(0, 19) ===
    `${match[1]}-${match[2]}-${match[3]}T${match[4] ?? '00'}:${match[5] ?? '00'}:${match[6] ?? '00'}`
  if (!isReal) return undefined
  return ms + Number(`0.${match[7] ?? 0}`) * 1000 - zoneMs(match)
}

function zoneMs(match: RegExpExecArray): number {
  const minutes = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)
  return (match[8] === '-' ? -minutes : minutes) * 60_000
}
