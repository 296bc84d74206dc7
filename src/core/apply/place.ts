import { Refusal } from '../refusal.ts'
import type { JsonValue } from '../strict-json.ts'

export type Path = readonly (string | number)[]

/** A value of a document, and where it stands. */
export interface Place {
  readonly value: JsonValue | undefined
  readonly path: Path
}

/** What `read` makes of a place. @throws {Refusal} `parameter-invalid` with the place as `detail.path` */
export type Read<Value> = (place: Place) => Value

const SHOWN_CHARS = 80

export function describePath(path: Path): string {
  return path.map((step, index) => describeStep(step, index === 0)).join('')
}

function describeStep(step: string | number, isFirst: boolean): string {
  if (typeof step === 'string' && /^[A-Za-z]+$/.test(step)) return isFirst ? step : `.${step}`
  return `[${JSON.stringify(step)}]`
}

/** Says what stands there, and what should. */
export function unexpected({ value, path }: Place, expected: string): Refusal {
  return invalidAt(path, `expected ${expected}, got ${shownValue(value)}`)
}

export function invalidAt(path: Path, problem: string): Refusal {
  const where = path.length === 0 ? 'the document' : describePath(path)
  return new Refusal('parameter-invalid', `${where}: ${problem}`, { path: [...path] })
}

/** Cut to what fits a sentence. */
export function shownValue(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
}
