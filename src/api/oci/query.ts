import { Refusal } from '../../core/refusal.ts'

/** Room for the hundred `tag=` that one push may set, and for what else clients send (`ns`, `origin`). */
const MOST_PARAMETERS = 128

/**
 * The parameters of a query in their order, without those that have no name.
 *
 * `+` stands for itself and not for a space: nothing that this surface is asked by has a space in it, but media types
 * have a plus, and people leave it unescaped. A malformed escape stays as it is, for the value's own grammar to judge.
 *
 * @param query what follows the question mark
 * @throws {Refusal} `parameter-invalid` when there are more than 128
 */
export function parseQuery(query: string): [name: string, value: string][] {
  const parameters: [string, string][] = []
  let start = 0
  while (start < query.length) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand === -1 ? query.length : ampersand
    if (end > start) parameters.push(parseParameter(query.slice(start, end)))
    if (parameters.length > MOST_PARAMETERS) {
      throw new Refusal('parameter-invalid', `The query has more than ${MOST_PARAMETERS} parameters.`)
    }
    start = end + 1
  }
  return parameters
}

function parseParameter(text: string): [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals === -1) return [unescapeText(text), '']
  return [unescapeText(text.slice(0, equals)), unescapeText(text.slice(equals + 1))]
}

function unescapeText(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
