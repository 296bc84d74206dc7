import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, tellUnlessQuiet } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { linesOf } from '../lines-of.ts'
import type { ManageClient } from '../manage-client.ts'
import { listOf, memberOf, textOf } from '../members.ts'

const HEADINGS = ['SEQUENCE', 'TIME', 'WHAT', 'REPOSITORY', 'TAG', 'DIGEST']

interface ListOptions {
  readonly after?: string
  readonly limit?: string
  readonly repository?: string
  readonly pattern?: string
}

interface FollowOptions {
  readonly after?: string
  readonly pattern?: string
}

export function addEventsCommands(events: Command, context: CliContext): void {
  events
    .command('list')
    .description('what happened, the oldest first; where it ends with a number, give that as --after to go on')
    .option('--after <sequence>', 'only what comes after this one', sequenceOf)
    .option('--limit <count>', 'at most so many')
    .option('--repository <name>', 'only of this repository')
    .option('--pattern <json>', "what events have to look like, in EventBridge's pattern language")
    .action(async (options: ListOptions, command: Command) => {
      const answer = await openClient(context, command).call({
        method: 'GET',
        path: `/events${queryOf({ ...options })}`,
      })
      const next = memberOf(answer, 'next')
      const rows = listOf(answer, 'events').map(cellsOf)
      printAnswer(context, command, answer, () => (rows.length === 0 ? '' : formatTable([HEADINGS, ...rows])))
      if (rows.length === 0) tellUnlessQuiet(context, command, 'There are no such events that you may see.')
      if (typeof next === 'number') tellUnlessQuiet(context, command, `There may be more: --after ${next}`)
    })
  events
    .command('follow')
    .description('what happens, one JSON object on each line, until you stop it')
    .option('--after <sequence>', 'begin after this one, instead of now', sequenceOf)
    .option('--pattern <json>', "what events have to look like, in EventBridge's pattern language")
    .action(async (options: FollowOptions, command: Command) => await follow(context, command, options))
}

/** The server ends a stream after an hour, and when it stops: then it is gone on with where it was. */
async function follow(context: CliContext, command: Command, { after, pattern }: FollowOptions): Promise<void> {
  const client = openClient(context, command)
  let last = after
  for (;;) {
    const before = last
    for await (const { id, data } of streamOf(client, { after: last, pattern })) {
      last = id
      await context.write(Buffer.from(`${data}\n`))
    }
    // Without a pause, one that ends at once would be asked for again and again.
    if (last === before) await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function* streamOf(
  client: ManageClient,
  query: { readonly after: string | undefined; readonly pattern: string | undefined },
): AsyncGenerator<{ readonly id: string; readonly data: string }> {
  const body = await client.stream(`/events/stream${queryOf({ ...query })}`)
  let id = ''
  for await (const line of linesOf(unbroken(body))) {
    if (line.startsWith('id: ')) id = line.slice('id: '.length)
    if (line.startsWith('data: ')) yield { id, data: line.slice('data: '.length) }
  }
}

/** A connection that breaks is the end of it: the next one goes on from the last event. */
async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  for (;;) {
    const chunk = await chunks.next().catch(() => ({ done: true, value: undefined }) as const)
    if (chunk.done === true) return
    yield chunk.value
  }
}

function sequenceOf(value: string): string {
  if (/^\d{1,15}$/.test(value)) return value
  throw new CliProblem('--after must be the sequence of an event, a number.', { exitCode: 2 })
}

function queryOf(options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return given.length === 0 ? '' : `?${given.join('&')}`
}

function cellsOf(read: unknown): string[] {
  const event = memberOf(read, 'event')
  const detail = memberOf(event, 'detail')
  const action = textOf(detail, 'action-type')
  return [
    String(memberOf(read, 'sequence') ?? ''),
    textOf(event, 'time') ?? '',
    `${textOf(event, 'detail-type') ?? ''}${action === undefined ? '' : ` ${action}`}`,
    textOf(detail, 'repository-name') ?? '-',
    textOf(detail, 'image-tag') ?? '-',
    textOf(detail, 'image-digest') ?? '-',
  ]
}
