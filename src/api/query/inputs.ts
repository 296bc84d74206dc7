import { isStorableText } from '../../core/storable-text.ts'
import type { Parameter, ParameterTree } from './parameters.ts'
import { validationError } from './validation-error.ts'

export interface TextBounds {
  readonly min?: number
  readonly max?: number
  /** Must be linear in its input: the text comes from a stranger. */
  readonly pattern?: RegExp
  /** The pattern as the API's model has it, for the message. */
  readonly patternShown?: string
  /** A credential: messages never show it. */
  readonly isSecret?: boolean
}
export interface Bounds {
  readonly min: number
  readonly max: number
}

/**
 * Reads parameters as one operation's input. Those that the operation does not know are passed over, as AWS does. Every
 * method refuses with `parameter-invalid`, naming the member as AWS does, with a small first letter.
 */
export class Inputs<Name extends string = string> {
  readonly #parameters: ParameterTree
  readonly #path: string

  /** @param path what precedes a member's name in messages */
  constructor(parameters: ParameterTree, path = '') {
    this.#parameters = parameters
    this.#path = path
  }

  text(name: Name, bounds: TextBounds = {}): string | undefined {
    const value = this.#parameters.get(name)
    return value === undefined ? undefined : checkText(this.#member(name), value, bounds)
  }

  requiredText(name: Name, bounds: TextBounds = {}): string {
    return this.required(name, this.text(name, bounds))
  }

  choice<Value extends string>(name: Name, values: readonly Value[]): Value | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = values.find((candidate) => candidate === text)
    if (value === undefined) throw this.invalid(name, `Member must satisfy enum value set: [${values.join(', ')}]`)
    return value
  }

  flag(name: Name): boolean | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') throw this.invalid(name, 'Member must be a boolean')
    return text === 'true'
  }

  integer(name: Name, bounds: Bounds): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^-?\d{1,15}$/.test(text)) throw this.invalid(name, 'Member must be an integer')
    const value = Number(text)
    if (value > bounds.max) throw this.invalid(name, `Member must have value less than or equal to ${bounds.max}`)
    if (value < bounds.min) throw this.invalid(name, `Member must have value greater than or equal to ${bounds.min}`)
    return value
  }

  texts(name: Name, count: Bounds, each: TextBounds = {}): string[] | undefined {
    return this.#list(name, count)?.map((value, index) =>
      checkText(`${this.#member(name)}.${index + 1}.member`, value, each),
    )
  }

  structures<Inner extends string>(name: Name, count: Bounds): Inputs<Inner>[] | undefined {
    return this.#list(name, count)?.map((value, index) => {
      const path = `${this.#member(name)}.${index + 1}.member`
      if (typeof value === 'string') throw validationError(path, value, 'Member must be a structure')
      return new Inputs<Inner>(value, `${path}.`)
    })
  }

  required<Value>(name: Name, value: Value | undefined): Value {
    if (value === undefined) throw validationError(this.#member(name), undefined, 'Member must not be null')
    return value
  }

  /** A refusal of this member. */
  invalid(name: Name, constraint: string): Error {
    const value = this.#parameters.get(name)
    return validationError(this.#member(name), typeof value === 'string' ? value : undefined, constraint)
  }

  /** `name.member.1` and up, without a gap. botocore sends an empty list as an empty text. */
  #list(name: Name, count: Bounds): Parameter[] | undefined {
    const value = this.#parameters.get(name)
    if (value === undefined) return undefined
    const items = value === '' ? [] : itemsOf(value)
    if (items === undefined) throw this.invalid(name, 'Member must be a list: member.1, member.2 and so on')
    if (items.length < count.min) throw this.invalid(name, lengthAtLeast(count.min))
    if (items.length > count.max) throw this.invalid(name, lengthAtMost(count.max))
    return items
  }

  #member(name: string): string {
    return `${this.#path}${name.charAt(0).toLowerCase()}${name.slice(1)}`
  }
}

function itemsOf(value: Parameter): Parameter[] | undefined {
  const members = typeof value === 'string' || value.size !== 1 ? undefined : value.get('member')
  if (members === undefined || typeof members === 'string') return undefined
  const items: Parameter[] = []
  for (let index = 1; index <= members.size; index++) {
    const item = members.get(String(index))
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

function checkText(member: string, value: Parameter, bounds: TextBounds): string {
  if (typeof value !== 'string') throw validationError(member, undefined, 'Member must be a string')
  const invalid = (constraint: string) => validationError(member, bounds.isSecret ? '…' : value, constraint)
  const { min = 0, max, pattern } = bounds
  if (value.length < min) throw invalid(lengthAtLeast(min))
  if (max !== undefined && value.length > max) throw invalid(lengthAtMost(max))
  if (!isStorableText(value)) throw invalid('Member must be well-formed Unicode without NUL')
  if (pattern !== undefined && !pattern.test(value)) {
    throw invalid(`Member must satisfy regular expression pattern: ${bounds.patternShown ?? pattern.source}`)
  }
  return value
}

function lengthAtLeast(min: number): string {
  return `Member must have length greater than or equal to ${min}`
}

function lengthAtMost(max: number): string {
  return `Member must have length less than or equal to ${max}`
}
