import { compareTexts } from './compare-texts.ts'
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
  for (let at = 0; at < keys.length; at++) {
    const place = places[at] ?? 0
    keys[at] = headOf(imageAt(images, place).digest, digits) * span + place
  }
  keys.sort()
  return sortRuns(images, keys, span)
}

/** Each run of places whose digests begin alike, sorted by all of them. */
function sortRuns(images: readonly LifecycleImage[], keys: Float64Array, span: number): number[] {
  const sorted = new Array<number>(keys.length)
  let begin = 0
  let head = -1
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? 0
    const place = key % span
    sorted[at] = place
    if (key - place === head) continue
    sortRun(images, sorted, { from: begin, to: at })
    begin = at
    head = key - place
  }
  sortRun(images, sorted, { from: begin, to: keys.length })
  return sorted
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
  if (to - from < 2) return
  const run = sorted.slice(from, to)
  run.sort((a, b) => compareTexts(images[a]?.digest, images[b]?.digest))
  for (const [at, place] of run.entries()) sorted[from + at] = place
}

/** Of `0` to `9` and `a` to `f`. */
function nibbleAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return (code & 15) + (code >> 6) * 9
}
