import { memberOf, textOf } from './members.ts'

/** Where an image comes from, in one cell: what leads farthest. */
export function buildCell(image: unknown, member = 'buildLinks'): string {
  const links = memberOf(image, member)
  return textOf(links, 'address') ?? textOf(links, 'source') ?? textOf(links, 'revision') ?? '-'
}

/** Where an image comes from, as rows of a table; none for what does not say so. */
export function buildRows(image: unknown): (readonly [string, string | undefined])[] {
  const links = memberOf(image, 'buildLinks')
  return [
    ['build', textOf(links, 'address')],
    ['source', textOf(links, 'source')],
    ['revision', textOf(links, 'revision')],
  ]
}
