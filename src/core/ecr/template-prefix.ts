import { isRepositoryName } from '../repository-name.ts'
import { invalidParameter } from './invalid-parameter.ts'

/** The template for names that no other template's prefix begins. */
export const ROOT_PREFIX = 'ROOT'
const LONGEST_PREFIX = 256

/**
 * The prefix without its trailing slash, which is implied.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseTemplatePrefix(text: string, member = 'prefix'): string {
  const prefix = text.endsWith('/') ? text.slice(0, -1) : text
  if (text === ROOT_PREFIX) return text
  // One-character prefixes are legal, one-character repository names are not.
  if (text.length <= LONGEST_PREFIX && isRepositoryName(`${prefix}/x`)) return prefix
  throw invalidParameter(
    member,
    "must be 'ROOT', or 1 to 253 characters of path components of lower-case letters and digits, separated by one of . _ __ or dashes",
  )
}

/** The prefixes whose template a repository of this name can have, the longest first, `ROOT` last (ecr.md 7.2). */
export function templatePrefixesFor(repositoryName: string): string[] {
  const parts = repositoryName.split('/')
  const prefixes = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
  return [...prefixes.reverse(), ROOT_PREFIX]
}
