import { quote } from '../digest.ts'
import { Refusal } from '../refusal.ts'
import { BUILD_LINK_NAMES, type BuildLinkNames } from './build-links.ts'
import type { TagExpectation } from './tag-expectation.ts'
import { isTagKind, TAG_KINDS } from './tag-kind.ts'

/** What tags may be pushed: the setting `tagRules`. Those that are there already stay as they are. */
export interface TagRules {
  /** A tag must fit one of these; any will do when there is none. */
  readonly require: readonly TagExpectation[]
  /** And must fit none of these. */
  readonly forbid: readonly TagExpectation[]
  /** Undefined: none are asked for. */
  readonly buildLinks: RequiredBuildLinks | undefined
}

/** Tags that fit one of these must come with a manifest whose annotations say the build's address and its revision. */
export interface RequiredBuildLinks extends BuildLinkNames {
  readonly tags: readonly TagExpectation[]
}

/** In one list; a push is held against those of all its parents too. */
const MOST_EXPECTATIONS = 20
const MOST_NAMES = 10
const LONGEST_PATTERN = 128
const LONGEST_NAME = 255
const PATTERN = /^[a-zA-Z0-9._*-]+$/

/**
 * Reads `{"require": […], "forbid": […], "buildLinks": {"tags": […], "address": […], "revision": […]}}`, in which every
 * member may be left out, and whatever is in the lists of tags is `{"kind": …}` or `{"pattern": …}`.
 *
 * @param value of JSON
 * @throws {Refusal} `parameter-invalid`; the message says where, and what is expected there
 */
export function parseTagRules(value: unknown): TagRules {
  const rules = parseObject(value, 'tagRules', ['require', 'forbid', 'buildLinks'])
  return {
    require: parseExpectations(rules.require, 'tagRules.require'),
    forbid: parseExpectations(rules.forbid, 'tagRules.forbid'),
    buildLinks: rules.buildLinks === undefined ? undefined : parseBuildLinks(rules.buildLinks, 'tagRules.buildLinks'),
  }
}

function parseBuildLinks(value: unknown, path: string): RequiredBuildLinks {
  const { tags, address, revision } = parseObject(value, path, ['tags', 'address', 'revision'])
  return {
    tags: tags === undefined ? [{ kind: 'build-id' }] : parseExpectations(tags, `${path}.tags`),
    address: address === undefined ? BUILD_LINK_NAMES.address : parseNames(address, `${path}.address`),
    revision: revision === undefined ? BUILD_LINK_NAMES.revision : parseNames(revision, `${path}.revision`),
  }
}

function parseExpectations(value: unknown, path: string): readonly TagExpectation[] {
  if (value === undefined) return []
  return parseList(value, path, MOST_EXPECTATIONS).map((each, index) => parseExpectation(each, `${path}[${index}]`))
}

function parseExpectation(value: unknown, path: string): TagExpectation {
  const { kind, pattern } = parseObject(value, path, ['kind', 'pattern'])
  if ((kind === undefined) === (pattern === undefined)) throw invalid(path, 'have either a kind or a pattern', value)
  return kind === undefined ? { pattern: parsePattern(pattern, `${path}.pattern`) } : parseKind(kind, `${path}.kind`)
}

function parseKind(value: unknown, path: string): TagExpectation {
  if (typeof value === 'string' && isTagKind(value)) return { kind: value }
  throw invalid(path, `be one of ${Object.keys(TAG_KINDS).join(', ')}`, value)
}

function parsePattern(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length <= LONGEST_PATTERN && PATTERN.test(value)) return value
  throw invalid(
    path,
    `be 1 to ${LONGEST_PATTERN} of letters, digits, underscore, period, dash and *, which stands for any run of them`,
    value,
  )
}

function parseNames(value: unknown, path: string): readonly string[] {
  const names = parseList(value, path, MOST_NAMES)
  if (names.length === 0) throw invalid(path, 'name at least one annotation', value)
  return names.map((name, index) => {
    if (typeof name === 'string' && name.length <= LONGEST_NAME && /^[!-~]+$/.test(name)) return name
    throw invalid(`${path}[${index}]`, `be the name of an annotation, such as ${BUILD_LINK_NAMES.address[0]}`, name)
  })
}

function parseList(value: unknown, path: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, 'be a list', value)
  if (value.length > most) throw invalid(path, `have at most ${most} entries; it has ${value.length}`)
  return value
}

function parseObject<Name extends string>(
  value: unknown,
  path: string,
  names: readonly Name[],
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'be an object', value)
  const known: readonly string[] = names
  const other = Object.keys(value).find((name) => !known.includes(name))
  if (other !== undefined) throw invalid(path, `have no other members than ${names.join(', ')}; it has ${quote(other)}`)
  // Every member that it has is one of these.
  return value as Readonly<Partial<Record<Name, unknown>>>
}

function invalid(path: string, expected: string, found?: unknown): Refusal {
  const got = found === undefined ? '' : `; it is ${JSON.stringify(found).slice(0, 120)}`
  return new Refusal('parameter-invalid', `${path} must ${expected}${got}.`, { path })
}
