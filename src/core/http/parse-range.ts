import { Refusal } from '../refusal.ts'

/** `start` and `end` are byte offsets, both inclusive, as in RFC 9110 section 14. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export type RequestedRange = { readonly kind: 'whole' } | { readonly kind: 'ranges'; readonly ranges: ByteRange[] }

/** What podman asks for at most in one request (oci.md 3.3). */
const MOST_RANGES = 1024
const WHOLE: RequestedRange = { kind: 'whole' }
const UNIT = 'bytes='
/** OWS of RFC 9110 section 5.6.1 around the ranges of a list. */
const RANGE = /^[ \t]*([0-9]*)-([0-9]*)[ \t]*$/

/**
 * What a `Range` header asks of a representation (RFC 9110 section 14.2).
 *
 * A header in another unit, or one that fits no grammar, is ignored: the whole is the answer. Ranges come back in
 * request order and are never merged, because podman maps the parts that it gets to chunks by their order. For the
 * same reason a range that lies beyond the end spoils the lot: dropping it, as the RFC would let us, would shift all
 * that follow. That is a 416, which podman never earns, since it asks for chunks that the layer's own table names.
 *
 * Too many ranges, ranges that overlap, and so also a sum beyond the whole, would let a small request cost a large
 * answer. They are a 400, never a 416, because on a 400 podman asks again for fewer and stargz for one at a time.
 *
 * @param header the header's value, null when absent
 * @throws {Refusal} `range-unsatisfiable` (with `detail.sizeBytes`) and `range-excessive`
 */
export function parseRange(header: string | null, sizeBytes: number): RequestedRange {
  if (header === null || header.slice(0, UNIT.length).toLowerCase() !== UNIT) return WHOLE
  const specs = splitRanges(header)
  if (specs === undefined) return WHOLE
  const ranges = specs.map((spec) => resolve(spec, sizeBytes))
  if (ranges.length > 1) refuseOverlap(ranges)
  return { kind: 'ranges', ranges }
}

type Spec = readonly [first: string, last: string]

/** @returns undefined when any of it fits no grammar; empty list elements are allowed (RFC 9110 section 5.6.1.2) */
function splitRanges(header: string): Spec[] | undefined {
  const specs: Spec[] = []
  for (const text of header.slice(UNIT.length).split(',')) {
    if (text.trim() === '') continue
    const [, first = '', last = ''] = RANGE.exec(text) ?? []
    if (first === '' && last === '') return undefined
    specs.push([first, last])
  }
  if (specs.length === 0) return undefined
  if (specs.length > MOST_RANGES) {
    throw new Refusal(
      'range-excessive',
      `Range asks for ${specs.length} ranges; at most ${MOST_RANGES} are served at once.`,
    )
  }
  return specs
}

/** `Number` of many digits is large or Infinity, never wrong in comparison with a size, which is below 2^53. */
function resolve([first, last]: Spec, sizeBytes: number): ByteRange {
  const end = sizeBytes - 1
  if (first === '') {
    const suffix = Number(last)
    if (suffix === 0 || sizeBytes === 0) throw unsatisfiable(sizeBytes)
    return { start: Math.max(0, sizeBytes - suffix), end }
  }
  const start = Number(first)
  if (start > end || (last !== '' && Number(last) < start)) throw unsatisfiable(sizeBytes)
  return { start, end: last === '' ? end : Math.min(end, Number(last)) }
}

function refuseOverlap(ranges: readonly ByteRange[]): void {
  let reached = -1
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.start <= reached) throw new Refusal('range-excessive', 'The ranges that Range asks for overlap.')
    reached = range.end
  }
}

function unsatisfiable(sizeBytes: number): Refusal {
  return new Refusal('range-unsatisfiable', `Range asks for bytes outside of the ${sizeBytes} that there are.`, {
    sizeBytes,
  })
}
