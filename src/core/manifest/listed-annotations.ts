/**
 * How much of annotations, as JSON, a list of referrers carries. The specification has them copied and clients read
 * 4 MiB of a list, many of them its first page only: one referrer with 4 MiB of annotations would hide all others.
 * Kubernetes, from which the idea of annotations comes, stops at 256 KiB for an object.
 */
export const MOST_LISTED_BYTES = 64 * 1024

/**
 * What the descriptor of a referrer carries: all of its annotations or, when they are too large, none. A part of them
 * would look like the whole.
 *
 * @returns undefined for none
 */
export function listedAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (annotations === undefined || Buffer.byteLength(JSON.stringify(annotations)) > MOST_LISTED_BYTES) return undefined
  return annotations
}
