/**
 * Whether every store keeps the text as it is: PostgreSQL has no NUL in texts, and half of a surrogate pair has no
 * UTF-8. Both engines refuse the same, so what one installation takes another takes too.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
