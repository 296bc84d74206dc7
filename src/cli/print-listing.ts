import type { Command } from 'commander'
import { type CliContext, tellUnlessQuiet, wantsJson } from './context.ts'
import { PagedTable } from './displayable.ts'
import type { Members } from './members.ts'

/** A list of any length, that is printed as its pages come. */
export interface Listing {
  /** What the list belongs to: in JSON, the members before it. */
  readonly head: Members
  /** The same for people; nothing when it is left out. */
  readonly headText?: string
  /** The list's name in JSON. */
  readonly member: string
  readonly pages: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>
  readonly headings: readonly string[]
  readonly cellsOf: (element: unknown) => readonly string[]
  /** What a person is told where there is nothing: a sentence. */
  readonly none: string
}

const UTF8 = new TextEncoder()

export async function printListing(context: CliContext, command: Command, listing: Listing): Promise<void> {
  let count = 0
  const pages = counted(listing.pages, (more) => {
    count += more
  })
  const texts = wantsJson(command) ? jsonOf({ ...listing, pages }) : tableOf({ ...listing, pages })
  for await (const text of texts) await context.write(UTF8.encode(text))
  if (count === 0 && !wantsJson(command)) tellUnlessQuiet(context, command, listing.none)
}

async function* counted(pages: Listing['pages'], count: (more: number) => void): AsyncGenerator<readonly unknown[]> {
  for await (const page of pages) {
    count(page.length)
    yield page
  }
}

async function* tableOf({ headText = '', headings, cellsOf, pages }: Listing): AsyncGenerator<string> {
  yield headText
  const table = new PagedTable(headings)
  for await (const page of pages) yield table.rows(page.map(cellsOf))
}

/** As `JSON.stringify` with two spaces has it. */
async function* jsonOf({ head, member, pages }: Listing): AsyncGenerator<string> {
  const members = Object.entries(head).flatMap(([name, value]) => {
    return value === undefined ? [] : [`  ${JSON.stringify(name)}: ${indented(value, '  ')},\n`]
  })
  yield `{\n${members.join('')}  ${JSON.stringify(member)}: [`
  let count = 0
  for await (const page of pages) {
    yield page.map((element) => `${count++ === 0 ? '' : ','}\n    ${indented(element, '    ')}`).join('')
  }
  yield count === 0 ? ']\n}\n' : '\n  ]\n}\n'
}

function indented(value: unknown, by: string): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${by}`)
}
