import { matchesGlob } from '../glob.ts'
import { isTag } from '../tag.ts'
import { possibleKinds, recogniseTag } from './recognise-tag.ts'
import { TAG_KINDS, type TagKind } from './tag-kind.ts'

/** What a tag may be asked to be. In a pattern `*` stands for any run of characters. */
export type TagExpectation = { readonly kind: TagKind } | { readonly pattern: string }

/** For what is required: any kind that the tag could be will do. `42` is then a build id as good as a version. */
export function couldFit(expectation: TagExpectation, tag: string): boolean {
  if ('pattern' in expectation) return matchesGlob(expectation.pattern, tag)
  return possibleKinds(tag).includes(expectation.kind)
}

/** For what is forbidden: only what the tag most likely is. */
export function fits(expectation: TagExpectation, tag: string): boolean {
  if ('pattern' in expectation) return matchesGlob(expectation.pattern, tag)
  return recogniseTag(tag) === expectation.kind
}

/** `a semantic version`, `a tag like release-*`. */
export function describeExpectation(expectation: TagExpectation): string {
  return 'pattern' in expectation ? `a tag like ${expectation.pattern}` : TAG_KINDS[expectation.kind].name
}

/** What the stars of a pattern are tried with. */
const FILLINGS = ['1', '1.4.2', '1234', 'a', '1a2b3c4', '2026-08-01', '']

/** Tags that fit, to show one of them. */
export function examplesOf(expectation: TagExpectation): readonly string[] {
  if ('kind' in expectation) return [TAG_KINDS[expectation.kind].example]
  return FILLINGS.map((filling) => expectation.pattern.replaceAll('*', filling)).filter(isTag)
}
