import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import type { JsonValue } from '../core/strict-json.ts'

/** Deeper than any document; shallow enough to recurse. */
const DEEPEST = 64
/** Of one document, with what aliases repeat counted each time. */
const MOST_VALUES = 50_000

/** The library makes a regular expression of an indentation, and dies of one that is long enough. */
const TOO_DEEP = /^[-?: \t]{200}/m

/** What of a document is no JSON, or too much of it. */
export class YamlProblem extends Error {
  override readonly name = 'YamlProblem'
  /** Where in the text, in characters. */
  readonly offset: number

  constructor(message: string, node?: Node | null) {
    super(message)
    this.offset = node?.range?.[0] ?? 0
  }
}

/**
 * The documents of a text; keys that are there twice are found by `yamlValue`, in less than quadratic time.
 *
 * @throws {YamlProblem} for a text that the library would not survive
 */
export function parseYaml(text: string): {
  readonly documents: readonly Document.Parsed[]
  readonly lines: LineCounter
} {
  if (TOO_DEEP.test(text)) throw new YamlProblem('it is indented by 200 characters or more')
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { schema: 'core', lineCounter: lines, uniqueKeys: false, logLevel: 'silent' })
  return { documents: Array.isArray(parsed) ? parsed : [], lines }
}

/** What the library says is wrong with a document, without the lines that it quotes. */
export function firstError({ errors, warnings }: Document.Parsed): { message: string; offset: number } | undefined {
  const [error] = [...errors, ...warnings]
  if (error === undefined) return undefined
  return { message: error.message.split(/ at line \d+|\n/, 1)[0] ?? '', offset: error.pos[0] }
}

/**
 * A document as JSON. The library's own way takes exponential time for keys that are maps of maps, and quadratic time to
 * find keys that are there twice.
 *
 * @throws {YamlProblem}
 */
export function yamlValue(document: Document.Parsed): JsonValue {
  return new Converter().convert(document.contents, 1)
}

class Converter {
  readonly #anchors = new Map<string, Node>()
  #count = 0

  convert(node: Node | null | undefined, depth: number): JsonValue {
    if (++this.#count > MOST_VALUES) throw new YamlProblem(`there are more than ${MOST_VALUES} values in it`, node)
    if (depth > DEEPEST) throw new YamlProblem(`it is deeper than ${DEEPEST} levels`, node)
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.convert(this.#resolve(node.source, node), depth + 1)
    // An alias stands for the last anchor of its name before it.
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if (isMap<Node, Node | null>(node)) return this.#object(node, depth)
    if (isSeq<Node>(node)) return node.items.map((item) => this.convert(item, depth + 1))
    return scalar(node)
  }

  #resolve(anchor: string, node: Node): Node {
    const found = this.#anchors.get(anchor)
    if (found === undefined) throw new YamlProblem(`nothing before it has the anchor ${JSON.stringify(anchor)}`, node)
    return found
  }

  #object(map: YAMLMap<Node, Node | null>, depth: number): JsonValue {
    const members = new Map<string, JsonValue>()
    for (const { key, value } of map.items) {
      if (!isScalar(key) || typeof key.value !== 'string') throw new YamlProblem('a key must be a text', key)
      if (members.has(key.value)) throw new YamlProblem(`the key ${JSON.stringify(key.value)} is there twice`, key)
      members.set(key.value, this.convert(value, depth + 1))
    }
    return Object.fromEntries(members)
  }
}

function scalar(node: Node): JsonValue {
  const value: unknown = isScalar(node) ? node.value : undefined
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string' && value.isWellFormed()) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new YamlProblem('expected what JSON has: a text, a number, true, false or null', node)
}

/** The deepest node on the way to a place. */
export function nodeAt(document: Document.Parsed, path: readonly (string | number)[]): ParsedNode | null {
  let node: unknown = document.contents
  for (const step of path) {
    const next = stepInto(node, step)
    if (next === undefined) break
    node = next
  }
  // What is stepped into are nodes of the document.
  return node as ParsedNode | null
}

function stepInto(node: unknown, step: string | number): unknown {
  if (isSeq(node) && typeof step === 'number') return node.items[step]
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
  // A member without a value stands where its key does.
  return pair?.value ?? pair?.key
}
