/** A pattern as what stands before, between and after its `*`; without a `*` it has no `last`. */
export interface Starred<Part> {
  readonly first: Part
  /** None of these is empty, as several `*` in a row are one. */
  readonly inner: readonly Part[]
  readonly last: Part | undefined
}

export function mapStarred<From, To>({ first, inner, last }: Starred<From>, map: (part: From) => To): Starred<To> {
  return { first: map(first), inner: inner.map(map), last: last === undefined ? undefined : map(last) }
}
