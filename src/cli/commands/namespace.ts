import type { Command } from 'commander'
import { type CliContext, openClient } from '../context.ts'
import { listOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'

const HEADINGS = ['NAMESPACE', 'SETTINGS']

export function addNamespaceCommands(namespace: Command, context: CliContext): void {
  namespace
    .command('list')
    .description('every namespace that holds repositories or has settings')
    .action(async (_options, command: Command) => {
      const pages = pagesOf(openClient(context, command), '/namespaces', 'namespaces')
      const none = 'No namespace holds repositories or has settings.'
      await printListing(context, command, { head: {}, member: 'namespaces', pages, headings: HEADINGS, cellsOf, none })
    })
}

function cellsOf(namespace: unknown): string[] {
  return [textOf(namespace, 'path') ?? '', listOf(namespace, 'settings').join(', ')]
}
