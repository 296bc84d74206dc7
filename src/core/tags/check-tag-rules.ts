import { Refusal } from '../refusal.ts'
import { hasBuildLinks } from './build-links.ts'
import { recogniseTag } from './recognise-tag.ts'
import { couldFit, describeExpectation, examplesOf, fits, type TagExpectation } from './tag-expectation.ts'
import { TAG_KINDS } from './tag-kind.ts'
import type { RequiredBuildLinks, TagRules } from './tag-rules.ts'

export interface RuledTag {
  readonly repositoryName: string
  readonly tag: string
  /** Of the manifest or index that the tag is to point at. */
  readonly annotations: Readonly<Record<string, string>> | undefined
}

/** So many expectations stand in a sentence; whoever has more of them knows where they are written. */
const MOST_LISTED = 8
/** Each is held against all rules, which can be long. */
const MOST_EXAMPLES_TRIED = 30

/**
 * Whether the tag may be set. What hangs on an image, such as `sha256-….sig`, is not to be asked about.
 *
 * @param rules of the repository and all above it; the tag must fit all of them
 * @throws {Refusal} `tag-not-allowed`; the sentence says what was expected, and shows a tag that would do
 */
export function checkTagRules(rules: readonly TagRules[], ruled: RuledTag): void {
  for (const each of rules) {
    const problem = problemOf(each, ruled.tag)
    if (problem !== undefined) throw notAllowed(ruled, `${problem}${exampleOf(rules)}`)
  }
  for (const { buildLinks } of rules) {
    if (buildLinks !== undefined && lacksLinks(buildLinks, rules, ruled)) throw linksMissing(ruled, buildLinks)
  }
}

function problemOf({ require, forbid }: TagRules, tag: string): string | undefined {
  const { name } = TAG_KINDS[recogniseTag(tag)]
  if (require.length > 0 && !require.some((each) => couldFit(each, tag))) {
    return `it is ${name}, and expected is ${listed(require.map(describeExpectation))}`
  }
  const forbidden = forbid.find((each) => fits(each, tag))
  if (forbidden === undefined) return undefined
  const wanted = require.length === 0 ? 'any other' : listed(require.map(describeExpectation))
  return `it is ${describeExpectation(forbidden)}, which is forbidden; expected is ${wanted}`
}

/** A tag that all of the rules take. */
function exampleOf(rules: readonly TagRules[]): string {
  const required = rules.flatMap(({ require }) => require.flatMap(examplesOf)).slice(0, MOST_EXAMPLES_TRIED)
  const tried = [...required, ...Object.values(TAG_KINDS).map(({ example }) => example)]
  const example = tried.find((tag) => rules.every((each) => problemOf(each, tag) === undefined))
  return example === undefined ? '' : `, such as ${example}`
}

/** A tag such as `42`, which is let in as a build id alone, counts as one here too. */
function lacksLinks(links: RequiredBuildLinks, rules: readonly TagRules[], { tag, annotations }: RuledTag): boolean {
  if (hasBuildLinks(annotations, links)) return false
  if (links.tags.some((each) => fits(each, tag))) return true
  const letIn = rules.flatMap(({ require }) => require.filter((each) => couldFit(each, tag)))
  return letIn.length > 0 && letIn.every((each) => links.tags.some((link) => isSame(link, each)))
}

function isSame(one: TagExpectation, other: TagExpectation): boolean {
  if ('kind' in one) return 'kind' in other && one.kind === other.kind
  return 'pattern' in other && one.pattern === other.pattern
}

function linksMissing(ruled: RuledTag, { address, revision }: RequiredBuildLinks): Refusal {
  const names = `the address of its build as ${listed(address)}, and its revision as ${listed(revision)}`
  return notAllowed(
    ruled,
    `nobody knows where its image comes from: expected are annotations of the manifest, not labels of the image, with ${names}`,
  )
}

function notAllowed({ repositoryName, tag }: RuledTag, why: string): Refusal {
  return new Refusal(
    'tag-not-allowed',
    `The image tag '${tag}' is not allowed in the '${repositoryName}' repository: ${why}.`,
  )
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, MOST_LISTED)
  if (texts.length > MOST_LISTED) return `${shown.join(', ')} or another of ${texts.length}`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}
