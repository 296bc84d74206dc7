/**
 * Patterns of policies, for the second evaluator: written from iam.md 1.2 alone, and slow. A pattern becomes one item for
 * each of its characters, and a table says which part of it fits which part of the text.
 */
export type NaiveContext = Readonly<Record<string, string | readonly string[]>>

export interface Item {
  readonly kind: 'char' | 'star' | 'question'
  readonly char: string
  /** It came out of a variable. */
  readonly isInserted: boolean
}

export interface Expansion {
  readonly variables: boolean
  readonly wildcards: boolean
  readonly context: NaiveContext
}

/** Undefined if a variable has no value. */
export function expand(pattern: string, { variables, wildcards, context }: Expansion): Item[] | undefined {
  const items: Item[] = []
  for (const piece of variables ? pattern.split(/(\$\{[^}]*\})/) : [pattern]) {
    if (variables && /^\$\{[^}]*\}$/.test(piece)) {
      const value = valueOfVariable(piece.slice(2, -1), context)
      if (value === undefined) return undefined
      items.push(...[...Array(value.length).keys()].map((at) => plain(value.charAt(at), true)))
      continue
    }
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      if (wildcards && char === '*') items.push({ kind: 'star', char, isInserted: false })
      else if (wildcards && char === '?') items.push({ kind: 'question', char, isInserted: false })
      else items.push(plain(char, false))
    }
  }
  return items
}

function plain(char: string, isInserted: boolean): Item {
  return { kind: 'char', char, isInserted }
}

function valueOfVariable(inside: string, context: NaiveContext): string | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside
  const match = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside)
  const value = lookUp(match?.[1] ?? '', context)
  if (value === undefined) return match?.[2]
  return typeof value === 'string' ? value : undefined
}

/** Keys differ in case; a list without anything in it is no value. */
export function lookUp(key: string, context: NaiveContext): string | readonly string[] | undefined {
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === key.toLowerCase())
      return value.length === 0 && typeof value !== 'string' ? undefined : value
  }
  return undefined
}

export function fits(items: readonly Item[], text: string): boolean {
  let row = Array.from({ length: text.length + 1 }, (_, chars) => chars === 0)
  for (const item of items) {
    const next: boolean[] = []
    for (let chars = 0; chars <= text.length; chars++) {
      const before = chars > 0
      if (item.kind === 'star') next.push(row[chars] === true || (before && next[chars - 1] === true))
      else next.push(before && row[chars - 1] === true && (item.kind === 'question' || item.char === text[chars - 1]))
    }
    if (!next.includes(true)) return false
    row = next
  }
  return row[text.length] === true
}

/** Segment by segment; a pattern with fewer than six ends with one for all the rest. */
export function fitsArn(items: readonly Item[], text: string): boolean {
  const parts = text.split(':')
  if (parts.length < 6) return false
  const patterns: Item[][] = [[]]
  for (const item of items) {
    if (item.kind === 'char' && item.char === ':' && !item.isInserted && patterns.length < 6) patterns.push([])
    else patterns.at(-1)?.push(item)
  }
  return patterns.every((pattern, index) => {
    const isLast = index === patterns.length - 1
    return fits(pattern, isLast ? parts.slice(index).join(':') : (parts[index] ?? ''))
  })
}
