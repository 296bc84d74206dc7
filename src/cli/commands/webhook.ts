import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import { isMembers, memberOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'
import { addDeadLetterCommands } from './dead-letters.ts'

const HEADINGS = ['NAME', 'STATE', 'FORMAT', 'URL', 'PATTERN']

interface PutOptions {
  readonly url: string
  readonly format?: string
  readonly pattern?: string
  readonly disabled?: true
}

export function addWebhookCommands(webhook: Command, context: CliContext): void {
  addPut(webhook, context)
  addReads(webhook, context)
  addSecret(webhook, context)
  addTest(webhook, context)
  addDeadLetterCommands(webhook, context)
  webhook
    .command('delete')
    .description('delete a webhook with everything that is on its way to it')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'DELETE', path: webhookPath(name) })
      printDone(context, command, answer, `Webhook ${name} was deleted.`)
    })
}

function addPut(webhook: Command, context: CliContext): void {
  webhook
    .command('put')
    .description('make a webhook, or replace all that is said of it; a new one shows its secret, this once')
    .argument('<name>')
    .requiredOption('--url <url>', 'where events are sent')
    .option('--format <format>', 'cloudevents, which it is without this, or eventbridge')
    .option('--pattern <json>', "which events, in EventBridge's pattern language; @FILE reads it from a file")
    .option('--disabled', 'send nothing for now')
    .action(async (name: string, { url, format, pattern, disabled }: PutOptions, command: Command) => {
      const body = {
        url,
        ...(format !== undefined && { format }),
        ...(pattern !== undefined && { pattern: await readPattern(pattern) }),
        ...(disabled === true && { state: 'disabled' }),
      }
      const answer = await openClient(context, command).call({ method: 'PUT', path: webhookPath(name), body })
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]) + secretOf(answer))
    })
}

function addReads(webhook: Command, context: CliContext): void {
  webhook
    .command('list')
    .description('every webhook of the registry')
    .action(async (_options, command: Command) => {
      const pages = pagesOf(openClient(context, command), '/webhooks', 'webhooks')
      const none = 'The registry has no webhooks.'
      await printListing(context, command, { head: {}, member: 'webhooks', pages, headings: HEADINGS, cellsOf, none })
    })
  webhook
    .command('show')
    .description('one webhook, and how much is on its way to it')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: webhookPath(name) })
      const counts = `\n${memberOf(answer, 'pending')} wait, ${memberOf(answer, 'deadLetters')} could not be delivered.\n`
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]) + counts)
    })
}

function addSecret(webhook: Command, context: CliContext): void {
  webhook
    .command('rotate-secret')
    .description('give a webhook another secret, and show it, this once; the one before signs too for a day')
    .argument('<name>')
    .option('--previous-valid-seconds <seconds>', 'how long the one before signs too')
    .action(async (name: string, options: { previousValidSeconds?: string }, command: Command) => {
      const { previousValidSeconds: seconds } = options
      const body = seconds === undefined ? {} : { previousValidSeconds: Number(seconds) }
      const path = `${webhookPath(name)}/rotate-secret`
      const answer = await openClient(context, command).call({ method: 'POST', path, body })
      printAnswer(context, command, answer, () => secretOf(answer))
    })
}

function addTest(webhook: Command, context: CliContext): void {
  webhook
    .command('test')
    .description('send one ping, and say what came of it')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const path = `${webhookPath(name)}/test`
      const answer = await openClient(context, command).call({ method: 'POST', path })
      const status = memberOf(answer, 'status')
      printAnswer(context, command, answer, () => (status === undefined ? '' : `The receiver answered ${status}.\n`))
      if (memberOf(answer, 'delivered') !== true) {
        throw new CliProblem(displayable(textOf(answer, 'problem') ?? 'The ping was not delivered.'))
      }
    })
}

function webhookPath(name: string): string {
  return `/webhooks/${encodeURIComponent(name)}`
}

async function readPattern(text: string): Promise<unknown> {
  try {
    const pattern: unknown = JSON.parse(text.startsWith('@') ? await readFile(text.slice(1), 'utf8') : text)
    if (isMembers(pattern)) return pattern
  } catch (error) {
    throw new CliProblem(`--pattern cannot be read: ${reasonOf(error)}.`, { exitCode: 2, cause: error })
  }
  throw new CliProblem('--pattern must be a JSON object, such as {"source":["aws.ecr"]}.', { exitCode: 2 })
}

function secretOf(answer: unknown): string {
  const secret = textOf(answer, 'secret')
  return secret === undefined ? '' : `secret  ${displayable(secret)}\n`
}

function cellsOf(webhook: unknown): string[] {
  const pattern = memberOf(webhook, 'pattern')
  const texts = ['name', 'state', 'format', 'url'].map((name) => textOf(webhook, name) ?? '')
  return [...texts, pattern === undefined ? '-' : JSON.stringify(pattern)]
}
