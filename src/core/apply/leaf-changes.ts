import { isJsonList, isJsonObject, type JsonValue } from '../strict-json.ts'
import { sameValue } from './diff-declared.ts'
import { describePath, type Path } from './place.ts'

/** One place in a part, before and after; undefined for absent. */
export interface LeafChange {
  /** Such as `settings.lifecyclePolicy.rules[0].action`. */
  readonly where: string
  readonly was: JsonValue | undefined
  readonly becomes: JsonValue | undefined
}

/** Where two values differ, as deep as both have the same shape: a policy of which a number changed is one line. */
export function leafChanges(where: string, was: JsonValue | undefined, becomes: JsonValue | undefined): LeafChange[] {
  return [...differing([], was, becomes)].map(({ path, ...values }) => ({ where: joined(where, path), ...values }))
}

function joined(where: string, path: Path): string {
  const below = describePath(path)
  return below === '' || below.startsWith('[') ? `${where}${below}` : `${where}.${below}`
}

function* differing(
  path: Path,
  was: JsonValue | undefined,
  becomes: JsonValue | undefined,
): Generator<Omit<LeafChange, 'where'> & { readonly path: Path }> {
  if (sameValue(was, becomes)) return
  if (isJsonObject(was) && isJsonObject(becomes)) {
    for (const name of new Set([...Object.keys(was), ...Object.keys(becomes)])) {
      yield* differing([...path, name], was[name], becomes[name])
    }
    return
  }
  // Of lists that grew or shrank nobody could say which element is which.
  if (isJsonList(was) && isJsonList(becomes) && was.length === becomes.length) {
    for (const [index, value] of was.entries()) yield* differing([...path, index], value, becomes[index])
    return
  }
  yield { path, was, becomes }
}
