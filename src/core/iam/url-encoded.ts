/**
 * Percent-encoded with nothing left but RFC 3986's unreserved characters: how IAM's answers have policy documents, which
 * clients decode before they compare them (iam.md 2.3).
 */
export function urlEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
