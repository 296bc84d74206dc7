/** Whether entity tags are the same byte for byte (strong) or only mean the same (weak); RFC 9110 section 8.8.3.2. */
type Comparison = 'strong' | 'weak'

/** `W/"…"` or `"…"` (RFC 9110 section 8.8.3), and the comma or end that must follow. Sticky, so linear. */
const ENTITY_TAG = /[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"[ \t]*(?:,|$)/y
/** Empty list elements, which recipients must pass over. */
const EMPTY = /[ \t]*,/y

/**
 * Whether `If-Match` lets a change go ahead (RFC 9110 section 13.1.1). Strong: a weak tag never matches.
 *
 * @param header the header's value; null, when absent, lets everything go ahead
 * @param current what is there now, without quotes; undefined for nothing
 */
export function matchesIfMatch(header: string | null, current: string | undefined): boolean {
  return header === null || names(header, current, 'strong')
}

/**
 * Whether `If-None-Match` names what is there (RFC 9110 section 13.1.2): then a read is answered 304 and a change 412.
 *
 * @param header the header's value; null, when absent, names nothing
 * @param current what is there now, without quotes; undefined for nothing
 */
export function matchesIfNoneMatch(header: string | null, current: string | undefined): boolean {
  return header !== null && names(header, current, 'weak')
}

/** A header that fits no grammar names nothing: a read is then answered whole, and a change on condition is refused. */
function names(header: string, current: string | undefined, comparison: Comparison): boolean {
  if (current === undefined) return false
  if (header.trim() === '*') return true
  return parseEntityTags(header).some((tag) => tag.value === current && (comparison === 'weak' || !tag.weak))
}

/** @returns empty unless all of the text is a list of entity tags */
export function parseEntityTags(text: string): { readonly weak: boolean; readonly value: string }[] {
  const tags: { weak: boolean; value: string }[] = []
  let at = 0
  while (at < text.length) {
    EMPTY.lastIndex = at
    if (EMPTY.test(text)) {
      at = EMPTY.lastIndex
      continue
    }
    ENTITY_TAG.lastIndex = at
    const match = ENTITY_TAG.exec(text)
    if (match === null) return text.slice(at).trim() === '' ? tags : []
    tags.push({ weak: match[1] !== undefined, value: match[2] ?? '' })
    at = ENTITY_TAG.lastIndex
  }
  return tags
}
