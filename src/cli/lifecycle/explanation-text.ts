import { buildRows } from '../build-rows.ts'
import { displayable, formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'

/** @param explanation as the management API has it */
export function explanationText(explanation: unknown): string {
  const rule = memberOf(explanation, 'rule')
  const position = memberOf(explanation, 'position')
  const untags = listOf(explanation, 'untags').map((each) => `${textOf(each, 'tag')} by ${textOf(each, 'rule')}`)
  const digests = (name: string) => listOf(explanation, name).map(String)
  const facts: (readonly [string, readonly (string | undefined)[]])[] = [
    ['image', [textOf(explanation, 'digest')]],
    ['outcome', [textOf(explanation, 'outcome')]],
    ['rule', [textOf(rule, 'name')]],
    ['from', [textOf(explanation, 'when')]],
    ['until', [textOf(explanation, 'until')]],
    [
      'position',
      [position === undefined ? undefined : `${position}, in a window of ${memberOf(explanation, 'count')}`],
    ],
    ['taken by', [textOf(explanation, 'takenBy')]],
    ['kept by', digests('keptBy')],
    ['refused for', listOf(memberOf(explanation, 'refused'), 'by').map(String)],
    ['takes along', digests('takesAlong')],
    ['loses', untags],
    ...buildRows(explanation).map(([name, value]) => [name, [value]] as const),
  ]
  const rows = facts.flatMap(([name, values]) =>
    values.flatMap((value) => (value === undefined ? [] : [[name, value]])),
  )
  return `${displayable(textOf(explanation, 'sentence') ?? '')}\n\n${formatTable(rows)}`
}
