import { isStorableText } from '../../storable-text.ts'
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../../strict-json.ts'
import { invalidPolicy, memberOf, shownValue } from './invalid-policy.ts'

/** A value of the document and where it stands in it. */
export interface Place {
  readonly value: JsonValue | undefined
  readonly where: string
}

/** What `read` makes of a member; absent where the object has none. */
export type Read<Value> = (place: Place) => Value

/**
 * An object of the document by its members. Every method refuses with `parameter-invalid`, and the object is refused at
 * once if it has a member that is not known: a word that is written wrong must not make a rule hit more.
 */
export class PolicyMembers<Name extends string> {
  readonly #members: JsonObject
  readonly where: string

  constructor({ value, where }: Place, known: readonly Name[]) {
    this.#members = readObject({ value, where })
    this.where = where
    const unknown = Object.keys(this.#members).find((name) => !known.some((one) => one === name))
    if (unknown === undefined) return
    throw invalidPolicy(where, `there is no member ${shownValue(unknown)}; expected ${listed(known)}`)
  }

  has(name: Name): boolean {
    return Object.hasOwn(this.#members, name)
  }

  place(name: Name): Place {
    return { value: this.#members[name], where: memberOf(this.where, name) }
  }

  required<Value>(name: Name, read: Read<Value>): Value {
    if (!this.has(name)) throw invalidPolicy(this.where, `the member ${name} is missing`)
    return read(this.place(name))
  }

  /** To be spread into the result, so that what is absent stays so. */
  optional<Key extends Name, Value>(name: Key, read: Read<Value>): { readonly [key in Key]?: Value } {
    if (!this.has(name)) return {}
    // A computed key is typed as any text, while it is the one that was given.
    return { [name]: read(this.place(name)) } as { readonly [key in Key]?: Value }
  }

  /** Which of these the object has, of which it must have exactly one. */
  only<Choice extends Name>(names: readonly Choice[]): Choice {
    const [found, another] = names.filter((name) => this.has(name))
    if (found !== undefined && another === undefined) return found
    throw invalidPolicy(this.where, `expected exactly one of ${listed(names)}`)
  }
}

export function readObject({ value, where }: Place): JsonObject {
  if (isJsonObject(value)) return value
  throw invalidPolicy(where, `expected an object, got ${shownValue(value)}`)
}

export function readText({ value, where }: Place): string {
  if (typeof value !== 'string') throw invalidPolicy(where, `expected a text, got ${shownValue(value)}`)
  if (!isStorableText(value)) throw invalidPolicy(where, 'expected a text without NUL')
  return value
}

export function readFlag({ value, where }: Place): boolean {
  if (typeof value === 'boolean') return value
  throw invalidPolicy(where, `expected true or false, got ${shownValue(value)}`)
}

/** From 1 to what a double holds exactly. */
export function readCount({ value, where }: Place): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  throw invalidPolicy(where, `expected an integer of at least 1, got ${shownValue(value)}`)
}

export function choiceOf<const Choice extends string>(choices: readonly Choice[]): Read<Choice> {
  return ({ value, where }) => {
    const choice = choices.find((one) => one === value)
    if (choice !== undefined) return choice
    throw invalidPolicy(where, `expected one of ${listed(choices)}, got ${shownValue(value)}`)
  }
}

/** At least one. */
export function listOf<Item>(read: Read<Item>, most = Number.POSITIVE_INFINITY): Read<readonly Item[]> {
  return ({ value, where }) => {
    if (!isJsonList(value)) throw invalidPolicy(where, `expected a list, got ${shownValue(value)}`)
    if (value.length === 0) throw invalidPolicy(where, 'expected at least one in the list')
    if (value.length > most) throw invalidPolicy(where, `expected at most ${most} in the list, got ${value.length}`)
    return value.map((item, index) => read({ value: item, where: `${where}[${index}]` }))
  }
}

function listed(names: readonly string[]): string {
  return names.join(', ')
}
