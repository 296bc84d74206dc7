import { parseInstant } from '../core/policy/parse-instant.ts'
import { wrongUsage } from './cli-problem.ts'
import { displayable } from './displayable.ts'

/**
 * An instant as ISO text for the server.
 *
 * @param text a date, or a date and a time with its zone: nobody can tell what another clock's wall time is
 * @throws {CliProblem}
 */
export function readInstant(text: string): string {
  const ms = text.includes('-') ? parseInstant(text) : undefined
  if (ms !== undefined) return new Date(ms).toISOString()
  const shown = displayable(JSON.stringify(text.slice(0, 100)))
  throw wrongUsage(`The time ${shown} must be like 2026-08-01 or 2026-08-01T00:00Z.`)
}

export interface TagAt {
  readonly tag: string
  /** ISO text. */
  readonly at: string | undefined
}

/** `name@2026-08-01T00:00Z`, or a name alone: no tag has an `@` in it. @throws {CliProblem} */
export function readTagAt(text: string): TagAt {
  const place = text.indexOf('@')
  if (place === -1) return { tag: text, at: undefined }
  return { tag: text.slice(0, place), at: readInstant(text.slice(place + 1)) }
}
