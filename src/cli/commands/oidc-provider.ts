import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, printDone } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { isMembers, listOf, memberOf, textOf } from '../members.ts'
import { pagesOf } from '../pages-of.ts'
import { printListing } from '../print-listing.ts'

const HEADINGS = ['NAME', 'ISSUER', 'CLUSTER', 'AUDIENCES', 'KEYS', 'ARN']

interface PutOptions {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly kubernetesCluster?: string
  readonly jwks?: string
  readonly claimTag: readonly string[]
}

export function addOidcProviderCommands(provider: Command, context: CliContext): void {
  addPut(provider, context)
  addReads(provider, context)
  provider
    .command('delete')
    .description('delete a provider; roles that trust it can no longer be assumed by its tokens')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'DELETE', path: pathOf(name) })
      printDone(context, command, answer, `Provider ${name} was deleted.`)
    })
}

function addPut(provider: Command, context: CliContext): void {
  provider
    .command('put')
    .description('make a provider, or replace all that is said of it')
    .argument('<name>')
    .requiredOption('--issuer <url>', 'as tokens have it in iss')
    .requiredOption('--audience <audience>', 'whom tokens may be for; may be given again', collect)
    .option('--kubernetes-cluster <cluster>', 'tokens are of service accounts of this cluster')
    .option('--jwks <file>', 'its keys, when the issuer cannot be reached from the server')
    .option('--claim-tag <tag=claim>', 'a session tag made of a claim; may be given again', collect, [])
    .action(async (name: string, options: PutOptions, command: Command) => {
      const body = {
        issuer: options.issuer,
        clientIds: options.audience,
        claimTags: options.claimTag.map(parseClaimTag),
        ...(options.kubernetesCluster !== undefined && { kubernetesCluster: options.kubernetesCluster }),
        ...(options.jwks !== undefined && { keys: await readKeys(options.jwks) }),
      }
      const answer = await openClient(context, command).call({ method: 'PUT', path: pathOf(name), body })
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]))
    })
}

function addReads(provider: Command, context: CliContext): void {
  provider
    .command('list')
    .description('every provider of the account')
    .action(async (_options, command: Command) => {
      const pages = pagesOf(openClient(context, command), '/oidc-providers', 'oidcProviders')
      const none = 'The account has no providers.'
      await printListing(context, command, {
        head: {},
        member: 'oidcProviders',
        pages,
        headings: HEADINGS,
        cellsOf,
        none,
      })
    })
  provider
    .command('show')
    .description('one provider; --json shows its keys too')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: pathOf(name) })
      printAnswer(context, command, answer, () => formatTable([HEADINGS, cellsOf(answer)]))
    })
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function parseClaimTag(text: string): { tagKey: string; claim: string } {
  const equals = text.indexOf('=')
  if (equals > 0 && equals < text.length - 1) return { tagKey: text.slice(0, equals), claim: text.slice(equals + 1) }
  throw new CliProblem(`--claim-tag is ${JSON.stringify(text)}: it must be like team=groups.`, { exitCode: 2 })
}

async function readKeys(path: string): Promise<readonly unknown[]> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new CliProblem(`The key set ${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
  if (!isMembers(value) || !Array.isArray(value.keys) || value.keys.length === 0) {
    throw new CliProblem(`${path} is no key set: it must be JSON like {"keys": […]}.`)
  }
  return value.keys
}

function pathOf(name: string): string {
  return `/oidc-providers/${encodeURIComponent(name)}`
}

function cellsOf(provider: unknown): string[] {
  const keyCount = memberOf(provider, 'keyCount')
  return [
    textOf(provider, 'name') ?? '',
    textOf(provider, 'issuer') ?? '',
    textOf(provider, 'kubernetesCluster') ?? '-',
    listOf(provider, 'clientIds').join(' '),
    typeof keyCount === 'number' ? `${keyCount} uploaded` : 'from the issuer',
    textOf(provider, 'arn') ?? '-',
  ]
}
