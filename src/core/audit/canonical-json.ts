/**
 * JSON of which a value has exactly one spelling, so that it can be hashed and signed (RFC 8785): no white space, keys in
 * the order of their UTF-16 code units, texts and numbers as ECMAScript writes them. Members that are undefined are left
 * out.
 *
 * @throws {TypeError} for what has no such spelling: numbers that are not finite, texts with half of a surrogate pair,
 *   anything that is not JSON. Our own records are built so that there is none of it
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalText(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`)
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? `[${value.map(canonicalJson).join(',')}]` : canonicalObject(value)
    default:
      throw new TypeError(`a ${typeof value} has no canonical JSON`)
  }
}

function canonicalObject(value: object): string {
  // Asked for by its own keys, and every answer is looked at.
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of sortedKeys(members)) {
    const member = members[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${canonicalText(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

/** Records are built with most of their keys in order, and finding that out is cheaper than sorting. */
function sortedKeys(object: object): string[] {
  const keys = Object.keys(object)
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort()
  }
  return keys
}

/** Printable ASCII but for the two that JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/

function canonicalText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new TypeError('half of a surrogate pair has no canonical JSON')
  return JSON.stringify(text)
}
