import { Refusal } from '../../core/refusal.ts'

/** What the largest sensible call has, several times over: fifty tags and ten policies are a hundred and twenty. */
const MOST_PARAMETERS = 1000
const LONGEST_NAME = 256
const DEEPEST_NAME = 8

/** Parameters by the dots in their names: `Tags.member.1.Key` is under `Tags`, `member`, `1`, `Key`. */
export type Parameter = string | ParameterTree
export type ParameterTree = ReadonlyMap<string, Parameter>

type Growing = Map<string, string | Growing>

/**
 * Reads a form (WHATWG URL, application/x-www-form-urlencoded), strictly: what is not percent-encoded UTF-8 is refused
 * and not mended, so that nobody else can have read it in another way.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseForm(body: Uint8Array): ParameterTree {
  const text = decode(body)
  if (text === '') return new Map()
  let pairs = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) pairs++
  if (pairs > MOST_PARAMETERS) throw tooMany()
  return toTree(text.split('&').map(parsePair))
}

/**
 * @param pairs decoded names and values
 * @throws {Refusal} `parameter-invalid` for too many, for a name that is given twice or is not one, and for one that has
 *   both a value and parts
 */
export function toTree(pairs: readonly (readonly [name: string, value: string])[]): ParameterTree {
  if (pairs.length > MOST_PARAMETERS) throw tooMany()
  const root: Growing = new Map()
  for (const [name, value] of pairs) plant(root, name, value)
  return root
}

function plant(root: Growing, name: string, value: string): void {
  if (name.length > LONGEST_NAME || !/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(name)) {
    throw malformed('a name of a parameter is not made of letters, digits and dots')
  }
  const parts = name.split('.')
  const last = parts.pop() ?? ''
  if (parts.length >= DEEPEST_NAME) throw malformed('a name of a parameter has too many parts')
  let tree = root
  for (const part of parts) {
    const found: string | Growing = tree.get(part) ?? new Map()
    if (typeof found === 'string') throw twice()
    tree.set(part, found)
    tree = found
  }
  if (tree.has(last)) throw twice()
  tree.set(last, value)
}

function parsePair(text: string): [name: string, value: string] {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  return [unescapeText(name), equals < 0 ? '' : unescapeText(text.slice(equals + 1))]
}

function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('it is not percent-encoded UTF-8')
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw malformed('it is not percent-encoded UTF-8')
  }
}

function twice(): Refusal {
  return malformed('a parameter is given twice')
}

function tooMany(): Refusal {
  return malformed(`it has more than ${MOST_PARAMETERS} parameters`)
}

function malformed(why: string): Refusal {
  return new Refusal('parameter-invalid', `The request is malformed: ${why}.`)
}
