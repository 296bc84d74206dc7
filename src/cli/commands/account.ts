import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'

const COLUMNS = ['accountId', 'name', 'state', 'createdAt'] as const
const HEADINGS = ['ACCOUNT', 'NAME', 'STATE', 'CREATED']
const KEY_COLUMNS = ['accessKeyId', 'state', 'createdAt'] as const
const KEY_HEADINGS = ['ROOT KEY', 'STATE', 'CREATED']

export function addAccountCommands(account: Command, context: CliContext): void {
  addReads(account, context)
  addChanges(account, context)
  addKeys(account, context)
}

function addReads(account: Command, context: CliContext): void {
  account
    .command('list')
    .description('every account')
    .action(async (_options, command: Command) => {
      const pages = pagesOf(openClient(context, command), '/accounts', 'accounts')
      const none = 'There are no accounts.'
      await printListing(context, command, { head: {}, member: 'accounts', pages, headings: HEADINGS, cellsOf, none })
    })
  account
    .command('show')
    .description('one account, and the ids of its root keys')
    .argument('<id>', '12 digits')
    .action(async (id: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: pathOf(id) })
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]) + rootKeysTable(answer))
    })
}

function addChanges(account: Command, context: CliContext): void {
  account
    .command('create')
    .description('make an account and a root key for it, whose secret is shown this once')
    .argument('[id]', '12 digits; without them the server picks some')
    .option('--id <id>', 'the same')
    .option('--name <name>', 'for people')
    .action(async (given: string | undefined, options: { id?: string; name?: string }, command: Command) => {
      if (given !== undefined && options.id !== undefined && given !== options.id) {
        throw new CliProblem(`Give one id: ${displayable(`${given} and ${options.id}`)} are two.`, { exitCode: 2 })
      }
      const accountId = given ?? options.id
      const body = { name: options.name ?? '', ...(accountId !== undefined && { accountId }) }
      const answer = await openClient(context, command).call({ method: 'POST', path: '/accounts', body })
      printAnswer(context, command, answer, () => {
        const id = textOf(memberOf(answer, 'account'), 'accountId') ?? ''
        return `Account ${displayable(id)} was made.\n${keyLines(memberOf(answer, 'rootKey'))}`
      })
    })
  const change = (name: string, description: string, body: (text: string) => object, argument?: string): void => {
    const command = account.command(name).description(description).argument('<id>', '12 digits')
    if (argument !== undefined) command.argument('<name>', argument)
    command.action(async (id: string, ...rest: unknown[]) => {
      const asked = { method: 'PATCH', path: pathOf(id), body: body(String(rest[0])) } as const
      const answer = await openClient(context, command).call(asked)
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]))
    })
  }
  change('rename', 'give an account another name', (name) => ({ name }), 'for people')
  change('disable', 'let nobody of an account in, and lose nothing', () => ({ state: 'disabled' }))
  change('enable', 'let them in again', () => ({ state: 'enabled' }))
}

function addKeys(account: Command, context: CliContext): void {
  account
    .command('create-key')
    .description('make another root key for an account; its secret is shown this once')
    .argument('<id>', '12 digits')
    .action(async (id: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'POST', path: `${pathOf(id)}/root-keys` })
      printAnswer(context, command, answer, () => keyLines(answer))
    })
  account
    .command('delete-key')
    .description('delete a root key, with every token that was made with it')
    .argument('<id>', '12 digits')
    .argument('<key>', 'its access key id')
    .action(async (id: string, key: string, _options, command: Command) => {
      const path = `${pathOf(id)}/root-keys/${encodeURIComponent(key)}`
      const answer = await openClient(context, command).call({ method: 'DELETE', path })
      printDone(context, command, answer, `Root key ${key} was deleted.`)
    })
}

function pathOf(id: string): string {
  return `/accounts/${encodeURIComponent(id)}`
}

function cellsOf(account: unknown): string[] {
  return COLUMNS.map((column) => textOf(account, column) ?? '')
}

/** Nothing for none: a root key of the settings is no key that could be deleted here. */
function rootKeysTable(account: unknown): string {
  const rows = listOf(account, 'rootKeys').map((key) => KEY_COLUMNS.map((column) => textOf(key, column) ?? ''))
  return rows.length === 0 ? '' : `\n${formatTable([KEY_HEADINGS, ...rows])}`
}

function keyLines(key: unknown): string {
  return formatTable([
    ['access key id', textOf(key, 'accessKeyId') ?? ''],
    ['secret access key', `${textOf(key, 'secretAccessKey') ?? ''}`],
  ])
}
