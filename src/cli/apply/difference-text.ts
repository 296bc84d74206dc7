import type { Difference } from '../../core/apply/diff-declared.ts'
import { type LeafChange, leafChanges } from '../../core/apply/leaf-changes.ts'
import type { JsonValue } from '../../core/strict-json.ts'
import { displayable } from '../displayable.ts'

const LONGEST_VALUE = 200
const SIGNS = { make: '+', change: '~', none: '=' } as const
const COLOURS = { '+': 32, '-': 31, '~': 33, '=': 2, '?': 2 } as const

export type Paint = (sign: keyof typeof COLOURS, line: string) => string

/** @param isTerminal colours are for people alone */
export function painter(isTerminal: boolean): Paint {
  return (sign, line) => (isTerminal ? `\u001b[${COLOURS[sign]}m${line}\u001b[0m\n` : `${line}\n`)
}

/** What there is to do, thing by thing, and what is left alone. */
export function differenceText(differences: readonly Difference[], paint: Paint): string {
  const texts = differences.map((one) => {
    const sign = SIGNS[one.effect]
    const head = paint(sign, `${sign} ${one.kind} ${displayable(one.name)}`)
    const changes = one.changes.flatMap(({ part, was, becomes }) => leafChanges(part, was, becomes))
    const left = one.left.map((part) => paint('?', `    ${displayable(part)}: not in the file, left as it is`))
    return [head, ...changes.map((change) => leafLine(change, paint)), ...left].join('')
  })
  return texts.join('')
}

function leafLine({ where, was, becomes }: LeafChange, paint: Paint): string {
  const place = displayable(where)
  if (was === undefined) return paint('+', `  + ${place}: ${shown(becomes)}`)
  if (becomes === undefined) return paint('-', `  - ${place}: ${shown(was)}`)
  return paint('~', `  ~ ${place}: ${shown(was)} → ${shown(becomes)}`)
}

function shown(value: JsonValue | undefined): string {
  const text = displayable(JSON.stringify(value) ?? '')
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}

/** One sentence: how many are made, changed, and as they should be. */
export function countSentence(differences: readonly Difference[]): string {
  const count = (effect: Difference['effect']) => differences.filter((one) => one.effect === effect).length
  const [made, changed, same] = [count('make'), count('change'), count('none')]
  if (made + changed === 0) return `Nothing to do: ${same} as declared.`
  return `${made} to make, ${changed} to change, ${same} as declared.`
}
