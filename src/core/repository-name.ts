import { quote } from './digest.ts'
import { Refusal } from './refusal.ts'

declare const brand: unique symbol

/** A repository's full name, namespaces included: `team-blue/api`. Made only by `parseRepositoryName`. */
export type RepositoryName = string & { readonly [brand]: 'RepositoryName' }

/**
 * ECR's bounds (ecr.md 1.15: 2..256); clients limit host + "/" + name to 255, so 255 is the most a name can have.
 * The OCI grammar alone would allow one character; clients of the AWS API could not name such a repository.
 */
const SHORTEST = 2
const LONGEST = 255

/** distribution-spec "Pulling manifests", `<name>`. No nested quantifier can match the same text twice, so it is linear. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/

/** @throws {Refusal} `name-invalid` */
export function parseRepositoryName(text: string): RepositoryName {
  if (!isRepositoryName(text)) {
    throw new Refusal(
      'name-invalid',
      `invalid repository name ${quote(text)}: expected ${SHORTEST} to ${LONGEST} characters, components of lower-case ` +
        'letters and digits separated by one of . _ __ or dashes, joined by /',
    )
  }
  return text
}

export function isRepositoryName(text: string): text is RepositoryName {
  if (text.length < SHORTEST || text.length > LONGEST) return false
  return text.split('/').every((component) => COMPONENT.test(component))
}
