import type { Command } from 'commander'
import { wrongUsage } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { listOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'

const HEADINGS = ['REPOSITORY', 'CREATED', 'ARN']

export function addRepositoryCommands(repository: Command, context: CliContext): void {
  addReads(repository, context)
  repository
    .command('create')
    .description('make a repository')
    .argument('<name>', 'such as team/app')
    .option('--tag <key=value>', 'a tag of the resource; may be given again', collect, [])
    .action(async (name: string, options: { tag: readonly string[] }, command: Command) => {
      const body = { name, resourceTags: options.tag.map(parseTag) }
      const answer = await openClient(context, command).call({ method: 'POST', path: '/repositories', body })
      printDone(context, command, answer, `Repository ${name} was made.`)
    })
  repository
    .command('delete')
    .description('delete a repository, and say by which plan it can be brought back')
    .argument('<name>')
    .option('--force', 'also one that holds images')
    .action(async (name: string, options: { force?: true }, command: Command) => {
      const path = `${pathOf(name)}${options.force === true ? '?force=true' : ''}`
      const answer = await openClient(context, command).call({ method: 'DELETE', path })
      printDone(context, command, answer, `Repository ${name} was deleted${afterDeletion(name, answer)}`)
    })
}

function afterDeletion(name: string, answer: unknown): string {
  const until = textOf(answer, 'undoUntil') ?? ''
  if (Date.parse(until) <= Date.now()) return ', and cannot be brought back: its restore window is zero.'
  return `; until ${until}, lading undo ${textOf(answer, 'planId')} --repository ${name} brings it back.`
}

function addReads(repository: Command, context: CliContext): void {
  repository
    .command('list')
    .description('every repository of the registry')
    .action(async (_options, command: Command) => {
      const pages = pagesOf(openClient(context, command), '/repositories', 'repositories')
      const none = 'There are no repositories.'
      await printListing(context, command, {
        head: {},
        member: 'repositories',
        pages,
        headings: HEADINGS,
        cellsOf,
        none,
      })
    })
  repository
    .command('show')
    .description('one repository with its resource tags; lading settings show has what is in force for it')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: pathOf(name) })
      const tags = listOf(answer, 'resourceTags').map((tag) => [textOf(tag, 'key') ?? '', textOf(tag, 'value') ?? ''])
      const tagTable = tags.length === 0 ? '' : `\n${formatTable([['TAG', 'VALUE'], ...tags])}`
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]) + tagTable)
    })
}

function pathOf(name: string): string {
  return `/repositories/${encodeURIComponent(name)}`
}

function cellsOf(repository: unknown): string[] {
  return ['name', 'createdAt', 'arn'].map((member) => textOf(repository, member) ?? '')
}

function parseTag(text: string): { key: string; value: string } {
  const equals = text.indexOf('=')
  if (equals > 0) return { key: text.slice(0, equals), value: text.slice(equals + 1) }
  throw wrongUsage(`--tag is ${JSON.stringify(text)}: it must be like team=blue.`)
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
