/** What keys and values of tags are made of (API reference of STS and of IAM, `Tag`, read 2026-11-27), and how long they are. */
export const TAG_KEY = {
  min: 1,
  max: 128,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
  patternShown: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+',
} as const
export const TAG_VALUE = {
  min: 0,
  max: 256,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  patternShown: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
} as const

export function isTag({ key, value }: { readonly key: string; readonly value: string }): boolean {
  return fits(key, TAG_KEY) && fits(value, TAG_VALUE)
}

function fits(text: string, { min, max, pattern }: typeof TAG_KEY | typeof TAG_VALUE): boolean {
  return text.length >= min && text.length <= max && pattern.test(text)
}
