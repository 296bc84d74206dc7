import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'
import { invalidAt, type Place, type Read, shownValue, unexpected } from './place.ts'

/**
 * An object by its members; one that is not known is refused at once, as whoever wrote it believes that it does something.
 */
export class Members<Name extends string> {
  readonly #object: JsonObject
  readonly #place: Place

  constructor(place: Place, known: readonly Name[]) {
    this.#object = readObject(place)
    this.#place = place
    const unknown = Object.keys(this.#object).find((name) => !known.some((one) => one === name))
    if (unknown === undefined) return
    throw invalidAt(place.path, `there is no member ${shownValue(unknown)}; expected ${known.join(', ')}`)
  }

  has(name: Name): boolean {
    return Object.hasOwn(this.#object, name)
  }

  place(name: Name): Place {
    const value = this.has(name) ? this.#object[name] : undefined
    return { value, path: [...this.#place.path, name] }
  }

  required<Value>(name: Name, read: Read<Value>): Value {
    if (!this.has(name)) throw invalidAt(this.#place.path, `the member ${name} is missing`)
    return read(this.place(name))
  }

  optional<Value>(name: Name, read: Read<Value>): Value | undefined {
    return this.has(name) ? read(this.place(name)) : undefined
  }
}

export function readObject(place: Place): JsonObject {
  if (isJsonObject(place.value)) return place.value
  throw unexpected(place, 'an object')
}

export const readFlag: Read<boolean> = (place) => {
  if (typeof place.value === 'boolean') return place.value
  throw unexpected(place, 'true or false')
}

/** @param pattern linear, and anchored at both ends */
export function textLike(pattern: RegExp, expected: string): Read<string> {
  return (place) => {
    if (typeof place.value === 'string' && pattern.test(place.value)) return place.value
    throw unexpected(place, expected)
  }
}

export function choiceOf<const Choice extends string>(choices: readonly Choice[]): Read<Choice> {
  return (place) => {
    const choice = choices.find((one) => one === place.value)
    if (choice !== undefined) return choice
    throw unexpected(place, `one of ${choices.join(', ')}`)
  }
}

/** From 0 to what a double holds exactly. */
export const readCount: Read<number> = (place) => {
  const { value } = place
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw unexpected(place, 'an integer of at least 0')
}

export function numberUpTo(most: number): Read<number> {
  return (place) => {
    if (typeof place.value === 'number' && place.value >= 0 && place.value <= most) return place.value
    throw unexpected(place, `a number from 0 to ${most}`)
  }
}

export function listOf<Item extends JsonValue>(
  read: Read<Item>,
  { least = 0, most, isSet = false }: { readonly least?: number; readonly most: number; readonly isSet?: boolean },
): Read<readonly Item[]> {
  return (place) => {
    const { value, path } = place
    if (!isJsonList(value) || value.length < least || value.length > most) {
      throw unexpected(place, `a list of ${least} to ${most}`)
    }
    const items = value.map((item, index) => read({ value: item, path: [...path, index] }))
    const twice = isSet ? items.findIndex((item, index) => items.indexOf(item) < index) : -1
    if (twice >= 0) throw invalidAt([...path, twice], `${shownValue(items[twice])} is there already`)
    return items
  }
}
