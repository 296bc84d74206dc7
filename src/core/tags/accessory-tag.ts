const ACCESSORY = /^(sha256|sha512)-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/
const SHORTEST = 'sha256-'.length + 64

/**
 * Whose signature, attestation, bill of materials or list of referrers a tag stands for: cosign's tags, and the
 * distribution specification's "Referrers Tag Schema".
 *
 * @returns what the subject's digest begins with: all of it for sha256, and half for sha512, as tags have no room
 *   for more; undefined for any other tag
 */
export function accessorySubject(tag: string): string | undefined {
  // Most tags are short, and the planner asks of every one.
  if (tag.length < SHORTEST) return undefined
  const match = ACCESSORY.exec(tag)
  return match === null ? undefined : `${match[1]}:${match[2]}`
}
