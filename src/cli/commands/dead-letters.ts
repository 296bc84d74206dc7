import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printDone } from '../context.ts'
import type { ManageClient } from '../manage-client.ts'
import { listOf, memberOf, textOf } from '../members.ts'
import { printListing } from '../print-listing.ts'

const HEADINGS = ['SEQUENCE', 'TIME', 'WHAT', 'REPOSITORY', 'ATTEMPTS', 'LAST ERROR']
/** What the server does in one call. */
const AT_ONCE = 1000

interface Chosen {
  readonly sequence?: readonly number[]
  readonly all?: true
}

export function addDeadLetterCommands(webhook: Command, context: CliContext): void {
  webhook
    .command('dead-letters')
    .description('what could not be delivered to a webhook')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const pages = pagesOfLetters(openClient(context, command), pathOf(name))
      const none = `Everything was delivered to ${name}, or is on its way.`
      await printListing(context, command, {
        head: {},
        member: 'deadLetters',
        pages,
        headings: HEADINGS,
        cellsOf,
        none,
      })
    })
  addChange(webhook, context, { name: 'replay', done: 'replayed', what: 'try to deliver dead letters again' })
  addChange(webhook, context, { name: 'drop', done: 'dropped', what: 'forget dead letters' })
}

function addChange(
  webhook: Command,
  context: CliContext,
  { name: change, done, what }: { readonly name: string; readonly done: string; readonly what: string },
): void {
  webhook
    .command(change)
    .description(what)
    .argument('<name>')
    .option('--sequence <number>', 'the one of this sequence; may be given again', collect)
    .option('--all', 'all of the webhook')
    .action(async (name: string, { sequence, all }: Chosen, command: Command) => {
      if ((sequence === undefined) === (all === undefined)) {
        throw new CliProblem('Give either --sequence or --all.', { exitCode: 2 })
      }
      const body = sequence === undefined ? {} : { sequences: sequence }
      const request = { method: 'POST', path: `${pathOf(name)}/${change}`, body } as const
      const client = openClient(context, command)
      let count = 0
      for (let last = AT_ONCE; last === AT_ONCE; count += last) {
        const given = memberOf(await client.call(request), done)
        last = typeof given === 'number' ? given : 0
      }
      printDone(context, command, { [done]: count }, `${count} ${done}.`)
      const absent = new Set(sequence).size - count
      if (absent > 0) throw new CliProblem(`${absent} of the sequences are no dead letters of ${name}.`)
    })
}

async function* pagesOfLetters(client: ManageClient, path: string): AsyncGenerator<readonly unknown[], void> {
  for (let after: unknown = 0; typeof after === 'number'; ) {
    const page = await client.call({ method: 'GET', path: `${path}?limit=1000&after=${after}` })
    yield listOf(page, 'deadLetters')
    after = memberOf(page, 'next')
  }
}

function collect(value: string, before: readonly number[] = []): number[] {
  if (!/^\d{1,15}$/.test(value)) throw new CliProblem('--sequence must be a number.', { exitCode: 2 })
  return [...before, Number(value)]
}

function pathOf(name: string): string {
  return `/webhooks/${encodeURIComponent(name)}/dead-letters`
}

function cellsOf(letter: unknown): string[] {
  return [
    String(memberOf(letter, 'sequence') ?? ''),
    textOf(letter, 'time') ?? '',
    textOf(letter, 'kind') ?? '',
    textOf(letter, 'repositoryName') ?? '-',
    String(memberOf(letter, 'attempts') ?? ''),
    textOf(letter, 'lastError') ?? '',
  ]
}
