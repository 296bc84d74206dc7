import { memberOf, textOf } from './members.ts'

/** Where an image comes from, as rows of a table; none for what does not say so. */
export function buildRows(image: unknown): (readonly [string, string | undefined])[] {
  const links = memberOf(image, 'buildLinks')
  return [
    ['build', textOf(links, 'address')],
    ['source', textOf(links, 'source')],
    ['revision', textOf(links, 'revision')],
  ]
}
