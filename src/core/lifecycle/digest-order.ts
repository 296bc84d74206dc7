import { compareTexts } from './compare-texts.ts'
import { nibbleAt } from './digest-table.ts'
import { imageAt, type LifecycleImage } from './lifecycle-image.ts'

/** A double holds whole numbers of so many bits. */
const BITS = 53
const MOST_DIGITS = 8
/** Of `sha256`, the character in which it differs from `sha512`. */
const SHA256_MARK = '2'.charCodeAt(0)
const FIRST_DIGIT = 'sha256:'.length

/**
 * Places in the order of their digests. The first digits and the place make one number, because numbers sort ten times
 * faster than texts; where those digits are the same, all of the digest is compared.
 */
export function sortByDigest(images: readonly LifecycleImage[], places: readonly number[]): number[] {
  const placeBits = Math.ceil(Math.log2(images.length + 1))
  const digits = Math.min(MOST_DIGITS, Math.floor((BITS - 1 - placeBits) / 4))
  const span = 2 ** placeBits
  const keys = new Float64Array(places.length)
  for (const [at, place] of places.entries()) keys[at] = headOf(imageAt(images, place).digest, digits) * span + place
  keys.sort()
  const sorted = Array.from(keys, (key) => key % span)
  for (let from = 0; from < keys.length; ) {
    let to = from + 1
    while (to < keys.length && headAt(keys, to, span) === headAt(keys, from, span)) to++
    if (to > from + 1) sortRun(images, sorted, { from, to })
    from = to
  }
  return sorted
}

function headAt(keys: Float64Array, at: number, span: number): number {
  return Math.floor((keys[at] ?? 0) / span)
}

/** A bit for the algorithm, and the first digits: `sha256` comes before `sha512`. */
function headOf(digest: string, digits: number): number {
  let head = digest.charCodeAt(3) === SHA256_MARK ? 0 : 1
  for (let at = FIRST_DIGIT; at < FIRST_DIGIT + digits; at++) head = head * 16 + nibbleAt(digest, at)
  return head
}

function sortRun(
  images: readonly LifecycleImage[],
  sorted: number[],
  { from, to }: { from: number; to: number },
): void {
  const run = sorted.slice(from, to)
  run.sort((a, b) => compareTexts(images[a]?.digest, images[b]?.digest))
  for (const [at, place] of run.entries()) sorted[from + at] = place
}
