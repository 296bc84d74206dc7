import type { Command } from 'commander'
import { buildCell, buildRows } from '../build-rows.ts'
import { wrongUsage } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'
import { readInstant, readTagAt } from '../tag-at.ts'

const PERIOD_HEADINGS = ['FROM', 'UNTIL', 'IMAGE', 'SET', 'BY', 'CAUSE', 'ENDED BY', 'ENDED AS', 'PLANS', 'BUILD']
const TAG_HEADINGS = ['TAG', 'IMAGE', 'SET', 'FROM', 'UNTIL']

export function addTagCommands(tag: Command, context: CliContext): void {
  addReads(tag, context)
  addRollback(tag, context)
}

function addReads(tag: Command, context: CliContext): void {
  tag
    .command('history')
    .description('everything that a tag has pointed at, the newest first')
    .argument('<repository>')
    .argument('<tag>')
    .action(async (repository: string, name: string, _options, command: Command) => {
      const pages = pagesOf(openClient(context, command), `${tagPath(repository, name)}/history`, 'periods')
      const none = `${repository} has never had a tag ${name}.`
      const listing = { head: {}, member: 'periods', pages, headings: PERIOD_HEADINGS, cellsOf: periodCells, none }
      await printListing(context, command, listing)
    })
  tag
    .command('show')
    .description('what a tag points at, or pointed at then')
    .argument('<repository>')
    .argument('<tag>', 'prod, or prod@2026-08-01T00:00Z')
    .action(async (repository: string, given: string, _options, command: Command) => {
      const { tag: name, at } = readTagAt(given)
      const path = `${tagPath(repository, name)}${atQuery(at)}`
      const answer = await openClient(context, command).call({ method: 'GET', path })
      const links = buildRows(answer).flatMap(([row, value]) => (value === undefined ? [] : [[row, value]]))
      const build = links.length === 0 ? '' : `\n${formatTable(links)}`
      printAnswer(context, command, answer, () => formatTable([TAG_HEADINGS, tagCells(answer)]) + build)
    })
  tag
    .command('list')
    .description('every tag of a repository with what it points at, or pointed at then')
    .argument('<repository>')
    .option('--at <time>', 'such as 2026-08-01T00:00Z')
    .action(async (repository: string, { at }: { at?: string }, command: Command) => {
      const path = `${tagsPath(repository)}${atQuery(at === undefined ? undefined : readInstant(at))}`
      const pages = pagesOf(openClient(context, command), path, 'tags')
      await printListing(context, command, {
        head: {},
        member: 'tags',
        pages,
        headings: [...TAG_HEADINGS, 'BUILD'],
        cellsOf: (tag) => [...tagCells(tag), buildCell(tag)],
        none: `${repository} ${at === undefined ? 'has' : 'had'} no tags.`,
      })
    })
}

function addRollback(tag: Command, context: CliContext): void {
  tag
    .command('rollback')
    .description('let a tag point at what it pointed at then')
    .argument('<repository>')
    .argument('<tag>', 'such as prod@2026-08-01T00:00Z')
    .action(async (repository: string, given: string, _options, command: Command) => {
      const { tag: name, at } = readTagAt(given)
      if (at === undefined) throw wrongUsage('Say until when, such as prod@2026-08-01T00:00Z.')
      const path = `${tagPath(repository, name)}/rollback`
      const answer = await openClient(context, command).call({ method: 'POST', path, body: { to: at } })
      const cells = [textOf(answer, 'tag') ?? name, textOf(answer, 'from') ?? '-', textOf(answer, 'to') ?? '-']
      const headings = ['TAG', 'BEFORE', 'NOW', 'AS OF']
      printAnswer(context, command, answer, () => formatTable([headings, [...cells, textOf(answer, 'asOf') ?? at]]))
    })
}

function tagsPath(repository: string): string {
  return `/repositories/${encodeURIComponent(repository)}/tags`
}

function tagPath(repository: string, tag: string): string {
  return `${tagsPath(repository)}/${encodeURIComponent(tag)}`
}

function atQuery(at: string | undefined): string {
  return at === undefined ? '' : `?at=${encodeURIComponent(at)}`
}

function periodCells(period: unknown): string[] {
  const text = (name: string) => textOf(period, name) ?? '-'
  const plans = ['planId', 'untilPlanId'].flatMap((name) => textOf(period, name) ?? [])
  const cells = ['from', 'until', 'digest', 'setAt', 'by', 'cause', 'untilBy', 'untilCause'].map(text)
  return [...cells, plans.length === 0 ? '-' : plans.join(' '), buildCell(period)]
}

function tagCells(tag: unknown): string[] {
  return ['tag', 'digest', 'setAt', 'from', 'until'].map((name) => textOf(tag, name) ?? '-')
}
