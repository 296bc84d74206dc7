import { isMembers, listOf, memberOf, textOf } from '../members.ts'

export const DIFFERENCE_HEADINGS = ['REPOSITORY', 'CHANGE', 'IMAGE', 'TAGS', 'BEFORE', 'AFTER']

/** @param difference as the management API has it, with its `repositoryName` */
export function differenceCells(difference: unknown): string[] {
  const tag = textOf(difference, 'tag')
  const tags = tag === undefined ? listOf(difference, 'tags').join(' ') : tag
  return [
    textOf(difference, 'repositoryName') ?? '',
    textOf(difference, 'change') ?? '',
    textOf(difference, 'digest') ?? '',
    tags === '' ? '-' : tags,
    fateText(memberOf(difference, 'before'), memberOf(difference, 'refusedBefore')),
    fateText(memberOf(difference, 'after'), memberOf(difference, 'refusedAfter')),
  ]
}

/** `expire by rule 2`; `stays`. */
function fateText(fate: unknown, refused: unknown): string {
  if (isMembers(refused)) return textOf(refused, 'code') === 'locked' ? 'stays: locked' : 'stays: an index holds it'
  if (!isMembers(fate)) return 'stays'
  const because = memberOf(fate, 'because')
  const along = isMembers(because) ? `, as a ${textOf(because, 'as')} of ${textOf(because, 'of')}` : ''
  return `${textOf(fate, 'action')} by ${textOf(fate, 'rule')}${along}`
}
