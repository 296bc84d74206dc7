/** A page of a list in ascending byte order: what follows `after`, at most `limit` of it. */
export interface Page<Key = string> {
  readonly after?: Key | undefined
  readonly limit: number
}
