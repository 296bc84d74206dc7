import type { Command } from 'commander'
import { buildCell } from '../build-rows.ts'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient } from '../context.ts'
import { ManageProblem } from '../manage-client.ts'
import { textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'
import { readInstant } from '../tag-at.ts'

const HEADINGS = ['REPOSITORY', 'TAG', 'BEFORE', 'AFTER', 'BUILD BEFORE', 'BUILD AFTER']
const MEMBERS = ['repositoryName', 'tag', 'before', 'after']

interface ChangesOptions {
  readonly from: string
  readonly to?: string
}

export function addChangesCommand(changes: Command, context: CliContext): void {
  changes
    .argument('<scope>', 'a repository, or a namespace with its slash, such as team-blue/')
    .requiredOption('--from <time>', 'such as 2026-08-01T00:00Z')
    .option('--to <time>', 'now when it is not given')
    .action(async (scope: string, { from, to }: ChangesOptions, command: Command) => {
      const query = new URLSearchParams({ from: readInstant(from) })
      query.set('to', to === undefined ? new Date().toISOString() : readInstant(to))
      const pages = pagesOf(openClient(context, command), `${pathOf(scope)}/changes?${query}`, 'changes')
      const head = { from: query.get('from'), to: query.get('to') }
      const none = `No tag of ${scope} changed from ${head.from} to ${head.to}.`
      const listing = { head, member: 'changes', pages, headings: HEADINGS, cellsOf, none }
      await printListing(context, command, listing).catch((error: unknown) => {
        if (!(error instanceof ManageProblem) || error.status !== 404 || scope.includes('/')) throw error
        throw new CliProblem(`${error.message} A namespace has its slash: ${scope}/`, { cause: error })
      })
    })
}

function pathOf(scope: string): string {
  return `/${scope.endsWith('/') ? 'namespaces' : 'repositories'}/${encodeURIComponent(scope)}`
}

function cellsOf(change: unknown): string[] {
  const cells = MEMBERS.map((member) => textOf(change, member) ?? '-')
  return [...cells, buildCell(change, 'buildLinksBefore'), buildCell(change, 'buildLinksAfter')]
}
