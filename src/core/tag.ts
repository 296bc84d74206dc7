import { quote } from './digest.ts'
import { Refusal } from './refusal.ts'

declare const brand: unique symbol

/** A tag as the OCI grammar has it. Made only by `parseTag`. */
export type Tag = string & { readonly [brand]: 'Tag' }

/** distribution-spec "Pulling manifests", `<tag>`: at most 128 characters. */
const GRAMMAR = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

/** @throws {Refusal} `tag-invalid` */
export function parseTag(text: string): Tag {
  if (!isTag(text)) {
    throw new Refusal(
      'tag-invalid',
      `invalid tag ${quote(text)}: expected 1 to 128 of letters, digits, underscore, period and dash, not starting with period or dash`,
    )
  }
  return text
}

export function isTag(text: string): text is Tag {
  return GRAMMAR.test(text)
}
