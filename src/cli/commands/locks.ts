import type { Command } from 'commander'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'

const HEADINGS = ['KIND', 'LOCKED', 'REASON', 'OWNER', 'BY', 'SINCE']
const MEMBERS = ['kind', 'name', 'reason', 'owner', 'lockedBy', 'lockedAt']

export function addLockCommand(lock: Command, context: CliContext): void {
  withReference(lock)
    .requiredOption('--reason <text>', 'why it has to stay')
    .requiredOption('--owner <text>', 'whom to ask before it goes')
    .action(
      async (repository: string, reference: string, body: { reason: string; owner: string }, command: Command) => {
        const { reason, owner } = body
        const path = pathOf(repository, reference)
        const answer = await openClient(context, command).call({ method: 'PUT', path, body: { reason, owner } })
        printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]))
      },
    )
}

export function addUnlockCommand(unlock: Command, context: CliContext): void {
  withReference(unlock).action(async (repository: string, reference: string, _options, command: Command) => {
    const path = pathOf(repository, reference)
    const answer = await openClient(context, command).call({ method: 'DELETE', path })
    printDone(context, command, answer, `${reference} is not locked any more.`)
  })
}

export function addLocksCommand(locks: Command, context: CliContext): void {
  locks.argument('<repository>').action(async (repository: string, _options, command: Command) => {
    const pages = pagesOf(openClient(context, command), locksPath(repository), 'locks')
    const none = `Nothing is locked in ${repository}.`
    await printListing(context, command, { head: {}, member: 'locks', pages, headings: HEADINGS, cellsOf, none })
  })
}

function withReference(command: Command): Command {
  return command.argument('<repository>').argument('<reference>', 'a tag, or a digest')
}

function locksPath(repository: string): string {
  return `/repositories/${encodeURIComponent(repository)}/locks`
}

function pathOf(repository: string, reference: string): string {
  return `${locksPath(repository)}/${encodeURIComponent(reference)}`
}

function cellsOf(lock: unknown): string[] {
  return MEMBERS.map((member) => textOf(lock, member) ?? '-')
}
