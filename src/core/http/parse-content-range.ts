import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'
import type { ByteRange } from './parse-range.ts'

/** Distribution's `a-b`, and RFC 9110's `bytes a-b/*` and `bytes a-b/total`, which some clients send instead. */
const GRAMMAR = /^(?:bytes )?([0-9]+)-([0-9]+)(?:\/(?:\*|([0-9]+)))?$/i

/**
 * `Content-Range` of an upload's part (distribution-spec, "Pushing a blob in chunks"): which bytes of the blob the
 * body is, first and last inclusive.
 *
 * @param header the header's value, null when absent
 * @returns undefined when absent
 * @throws {Refusal} `upload-range` for anything else
 */
export function parseContentRange(header: string | null): ByteRange | undefined {
  if (header === null) return undefined
  const match = GRAMMAR.exec(header.trim())
  if (match === null) throw invalid(header)
  const start = Number(match[1])
  const end = Number(match[2])
  const total = match[3] === undefined ? Number.MAX_SAFE_INTEGER : Number(match[3])
  if (end < start || end >= total) throw invalid(header)
  return { start, end }
}

function invalid(header: string): Refusal {
  return new Refusal(
    'upload-range',
    `invalid Content-Range ${quote(header)}: expected the first and the last byte's offset, as in 0-1023`,
  )
}
