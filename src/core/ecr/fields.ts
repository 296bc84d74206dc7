import { isStorableText } from '../storable-text.ts'
import { invalidParameter } from './invalid-parameter.ts'

export interface TextBounds {
  readonly min?: number
  readonly max?: number
  /** Must be linear in its input: the text comes from a stranger. */
  readonly pattern?: RegExp
}
export interface Bounds {
  readonly min: number
  readonly max: number
}

/**
 * Reads a JSON object's members as one operation's input. Members that the operation does not know are passed over
 * and `null` counts as absent, as AWS does. Every method refuses with `parameter-invalid`, naming the member.
 */
export class Fields<Name extends string = string> {
  readonly #members: Readonly<Record<string, unknown>>
  readonly #path: string

  /** @param path what precedes a member's name in messages */
  constructor(members: Readonly<Record<string, unknown>>, path = '') {
    this.#members = members
    this.#path = path
  }

  text(name: Name, bounds: TextBounds = {}): string | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    return checkText(`${this.#path}${name}`, value, bounds)
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
    const value = this.#get(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.invalid(name, 'Member must be a boolean')
  }

  integer(name: Name, bounds: Bounds): number | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.invalid(name, 'Member must be an integer')
    if (value > bounds.max) throw this.invalid(name, `Member must have value less than or equal to ${bounds.max}`)
    if (value < bounds.min) throw this.invalid(name, `Member must have value greater than or equal to ${bounds.min}`)
    return value
  }

  texts(name: Name, count: Bounds, each: TextBounds = {}): string[] | undefined {
    return this.#list(name, count)?.map((value, index) => checkText(`${this.#path}${name}[${index}]`, value, each))
  }

  objects<Inner extends string>(name: Name, count: Bounds): Fields<Inner>[] | undefined {
    return this.#list(name, count)?.map((value, index) => toFields<Inner>(`${this.#path}${name}[${index}]`, value))
  }

  object<Inner extends string>(name: Name): Fields<Inner> | undefined {
    const value = this.#get(name)
    return value === undefined ? undefined : toFields<Inner>(`${this.#path}${name}`, value)
  }

  required<Value>(name: Name, value: Value | undefined): Value {
    if (value === undefined) throw this.invalid(name, 'Member must not be null')
    return value
  }

  /** A refusal of this member. */
  invalid(name: Name, constraint: string): Error {
    return invalidParameter(`${this.#path}${name}`, constraint)
  }

  #list(name: Name, count: Bounds): unknown[] | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw this.invalid(name, 'Member must be a list')
    if (value.length < count.min) throw this.invalid(name, lengthAtLeast(count.min))
    if (value.length > count.max) throw this.invalid(name, lengthAtMost(count.max))
    return value
  }

  #get(name: Name): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined
  }
}

function checkText(member: string, value: unknown, { min = 0, max, pattern }: TextBounds): string {
  if (typeof value !== 'string') throw invalidParameter(member, 'Member must be a string')
  if (value.length < min) throw invalidParameter(member, lengthAtLeast(min))
  if (max !== undefined && value.length > max) throw invalidParameter(member, lengthAtMost(max))
  if (!isStorableText(value)) throw invalidParameter(member, 'Member must be well-formed Unicode without NUL')
  if (pattern !== undefined && !pattern.test(value)) {
    throw invalidParameter(member, `must satisfy regular expression '${pattern.source}'`)
  }
  return value
}

function toFields<Inner extends string>(member: string, value: unknown): Fields<Inner> {
  if (!isJsonObject(value)) throw invalidParameter(member, 'Member must be an object')
  return new Fields<Inner>(value, `${member}.`)
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lengthAtLeast(min: number): string {
  return `Member must have length greater than or equal to ${min}`
}

function lengthAtMost(max: number): string {
  return `Member must have length less than or equal to ${max}`
}
