import { parseTag, type Tag } from '../tag.ts'

/**
 * The tag under which clients keep an index of referrers where a registry does not list them itself
 * (distribution-spec, "Referrers Tag Schema"). Registries that do must leave such tags alone: notation writes them anyway.
 *
 * @param digest fits the digest grammar
 */
export function referrersFallbackTag(digest: string): Tag {
  const colon = digest.indexOf(':')
  const algorithm = digest.slice(0, colon).slice(0, 32)
  const encoded = digest.slice(colon + 1).slice(0, 64)
  return parseTag(`${algorithm}-${encoded}`.replace(/[^a-zA-Z0-9._-]/g, '-'))
}
