import type { Command } from 'commander'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { listAll } from '../list-all.ts'
import { listOf, textOf } from '../members.ts'

const HEADINGS = ['NAMESPACE', 'SETTINGS']

export function addNamespaceCommands(namespace: Command, context: CliContext): void {
  namespace
    .command('list')
    .description('every namespace that holds repositories or has settings')
    .action(async (_options, command: Command) => {
      const namespaces = await listAll(openClient(context, command), '/namespaces', 'namespaces')
      printAnswer(context, command, { namespaces }, () => formatTable([HEADINGS, ...namespaces.map(cellsOf)]))
    })
}

function cellsOf(namespace: unknown): string[] {
  return [textOf(namespace, 'path') ?? '', listOf(namespace, 'settings').join(', ')]
}
