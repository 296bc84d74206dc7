/** A date, compact or with one separator throughout; only in years in which there are images. */
const DATE = String.raw`((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])`
/** Hours and minutes, perhaps seconds and parts of them. */
const TIME = String.raw`(?:[-_.tT]?(?:[01]\d|2[0-3])[-_.]?[0-5]\d(?:[-_.]?[0-5]\d(?:[-_.]?\d{1,9})?)?[zZ]?)?`

/** With a count of the day's builds after it, as Azure Pipelines' `$(Date:yyyyMMdd)$(Rev:.r)` has it. */
const WHOLE = new RegExp(`^v?${DATE}${TIME}(?:[-_.]r?\\d{1,4})?$`)
const MONTH = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/
const INSIDE = new RegExp(`(?<![0-9A-Za-z])v?${DATE}${TIME}(?![0-9A-Za-z])`, 'g')

/** Whether the tag is a date and nothing else: `2026-08-01`, `20260801`, `2026.08.01`, `2026-08`, `20260801-1530`. */
export function isDateTag(tag: string): boolean {
  if (MONTH.test(tag)) return true
  const match = WHOLE.exec(tag)
  return match !== null && isRealDay(match)
}

/** Whether a date stands in it, with other words before or after: `bookworm-20240423-slim`. */
export function hasDate(tag: string): boolean {
  return tag.matchAll(INSIDE).some(isRealDay)
}

/** The pattern lets 31 June through, and that is a number as any other. */
function isRealDay(match: RegExpExecArray): boolean {
  const [year, month, day] = [match[1], match[3], match[4]].map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  return date.getUTCDate() === day
}
