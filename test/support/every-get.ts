import type { ApiDocument, DescribedOperation } from './described-answers.ts'

/** What a server holds: by the part of an address before a parameter, or by the name of a query. */
export type Held = Readonly<Record<string, string>>

export interface ReadCall {
  readonly operation: string
  /** Below `/api/v1`. */
  readonly path: string
  /** Whether it answers for as long as somebody listens. */
  readonly isEndless: boolean
}

/** Every `get` that the document describes, asked of what there is, with no query but what the document requires. */
export function everyGet({ paths }: ApiDocument, held: Held): readonly ReadCall[] {
  return Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined ? [] : [{ operation: get.operationId, path: fill(path, get, held), isEndless: isEndless(get) }],
  )
}

function fill(path: string, { parameters }: DescribedOperation, held: Held): string {
  const filled = path.replace(/([^/]+)\/\{\w+\}/g, (_, before: string) => `${before}/${held[before] ?? 'missing'}`)
  const required = parameters.filter((one) => one.in === 'query' && one.required)
  const query = new URLSearchParams(required.map(({ name }) => [name, held[name] ?? 'missing']))
  return required.length === 0 ? filled : `${filled}?${query}`
}

function isEndless({ responses }: DescribedOperation): boolean {
  return Object.hasOwn(responses['200']?.content ?? {}, 'text/event-stream')
}
