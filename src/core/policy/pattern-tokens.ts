/** What a text in a policy is made of. */
export type PatternToken = TextToken | PatternVariable | { readonly kind: 'any-run' } | { readonly kind: 'any-one' }

interface TextToken {
  readonly kind: 'text'
  readonly text: string
}

export interface PatternVariable {
  readonly kind: 'variable'
  /** Lower case. */
  readonly key: string
  readonly fallback: string | undefined
  /** Its value is put in in lower case. */
  readonly isCaseless: boolean
}

export interface PatternSyntax {
  /** `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}` and `${$}` mean something. */
  readonly hasVariables: boolean
  /** `*` and `?` mean something. */
  readonly hasWildcards: boolean
  /** Texts are put into lower case; so has to be what they are compared with. */
  readonly isCaseless?: boolean
}

/** A variable is written wrongly; the message says how. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

const ANY_RUN: PatternToken = { kind: 'any-run' }
const ANY_ONE: PatternToken = { kind: 'any-one' }
const SPECIAL = '*?$'
const ESCAPES = ['*', '?', '$']

/**
 * Reads a text in a policy (iam.md 1.2). Neighbouring texts are one token; an empty text has no tokens.
 *
 * @throws {PatternError}
 */
export function tokensOf(source: string, syntax: PatternSyntax): PatternToken[] {
  const tokens: PatternToken[] = []
  let text = ''
  const pushText = () => {
    if (text !== '') tokens.push({ kind: 'text', text: syntax.isCaseless ? text.toLowerCase() : text })
    text = ''
  }
  for (let at = 0; at < source.length; ) {
    const { token, length } = tokenAt(source, at, syntax)
    if (typeof token === 'string') text += token
    else {
      pushText()
      tokens.push(token)
    }
    at += length
  }
  pushText()
  return tokens
}

interface Read {
  /** Text stands for itself. */
  readonly token: PatternToken | string
  readonly length: number
}

function tokenAt(source: string, at: number, syntax: PatternSyntax): Read {
  const char = source.charAt(at)
  if (syntax.hasWildcards && char === '*') return { token: ANY_RUN, length: 1 }
  if (syntax.hasWildcards && char === '?') return { token: ANY_ONE, length: 1 }
  if (syntax.hasVariables && source.startsWith('${', at)) return variableAt(source, at, syntax)
  const end = plainEnd(source, at + 1)
  return { token: source.slice(at, end), length: end - at }
}

/** Where the next character is that might mean something. */
function plainEnd(source: string, start: number): number {
  let at = start
  while (at < source.length && !SPECIAL.includes(source.charAt(at))) at++
  return at
}

function variableAt(source: string, at: number, syntax: PatternSyntax): Read {
  const end = source.indexOf('}', at)
  if (end === -1) throw new PatternError('a variable is not closed: expected "}" after "${"')
  const inside = source.slice(at + 2, end)
  const token = ESCAPES.includes(inside) ? inside : variableOf(inside, syntax.isCaseless ?? false)
  return { token, length: end + 1 - at }
}

function variableOf(inside: string, isCaseless: boolean): PatternVariable {
  const comma = inside.indexOf(',')
  const key = (comma === -1 ? inside : inside.slice(0, comma)).trim()
  if (key === '' || !key.includes(':') || /[\s'${*?]/.test(key)) {
    throw new PatternError(
      `expected a context key in a variable, as in \${aws:username}, got ${JSON.stringify(inside)}`,
    )
  }
  if (comma === -1) return { kind: 'variable', key: key.toLowerCase(), fallback: undefined, isCaseless }
  const fallback = inside.slice(comma + 1).trim()
  if (fallback.length < 2 || !fallback.startsWith("'") || !fallback.endsWith("'")) {
    throw new PatternError(
      `expected a default in single quotes, as in \${key, 'default'}, got ${JSON.stringify(inside)}`,
    )
  }
  return { kind: 'variable', key: key.toLowerCase(), fallback: fallback.slice(1, -1), isCaseless }
}
