/** Text inside an XML element, also when it holds characters that XML cannot. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into the document
  const legal = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').toWellFormed()
  return (
    legal
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // A parser would read it as a line feed.
      .replaceAll('\r', '&#xD;')
  )
}

/**
 * A structure's members as elements, in the order given, as the query protocol has them: lists of `<member>`, maps of
 * `<entry>`, times in ISO 8601 without milliseconds (iam.md 2.3). What is undefined is left out.
 *
 * @throws {TypeError} for what XML has no form for here: a bug in a handler
 */
export function xmlElements(members: object): string {
  return Object.entries(members)
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${content(value)}</${name}>`))
    .join('')
}

function content(value: unknown): string {
  if (typeof value === 'string') return escapeXml(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString().replace(/\.\d{3}Z$/, 'Z')
  if (Array.isArray(value)) return value.map((item) => `<member>${content(item)}</member>`).join('')
  if (value instanceof Map) return [...value].map(entry).join('')
  if (typeof value === 'object' && value !== null) return xmlElements(value)
  throw new TypeError(`the query protocol has no form for ${typeof value}`)
}

function entry([key, value]: [unknown, unknown]): string {
  return `<entry><key>${content(key)}</key><value>${content(value)}</value></entry>`
}
