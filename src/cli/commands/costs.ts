import { type Command, Option } from 'commander'
import { byteSize } from '../byte-size.ts'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import type { ManageRequest } from '../manage-client.ts'
import { listOf, memberOf, textOf } from '../members.ts'

interface CostsOptions {
  readonly delete?: string
  readonly deleteRepository?: true
  readonly plan?: string
  readonly installation?: true
}

export function addCostsCommand(costs: Command, context: CliContext): void {
  costs
    .argument('[scope]', 'a repository, or a namespace with a slash at its end; without one, the account')
    .option('--delete <reference>', 'what comes free by deleting this tag or digest; nothing is deleted')
    .addOption(new Option('--delete-repository', 'the same of the whole repository').conflicts('delete'))
    .addOption(
      new Option('--plan <id>', 'what this plan frees, or freed').conflicts('delete').conflicts('deleteRepository'),
    )
    .option('--installation', 'of everything there is, for operators')
    .action(async (scope: string | undefined, options: CostsOptions, command: Command) => {
      const request = requestFor(scope, options)
      const answer = await openClient(context, command).call(request)
      printAnswer(context, command, answer, () => (request.method === 'POST' ? freedText(answer) : costsText(answer)))
    })
}

function requestFor(scope: string | undefined, options: CostsOptions): ManageRequest {
  const body = bodyOf(options)
  const isRepository = scope !== undefined && !scope.endsWith('/')
  if (body !== undefined) {
    if (!isRepository) throw new CliProblem('What is deleted is in a repository: name one.', { exitCode: 2 })
    return { method: 'POST', path: `/repositories/${encodeURIComponent(scope)}/costs/what-if`, body }
  }
  if (options.installation === true) {
    if (scope !== undefined) throw new CliProblem('The installation has everything: name no scope.', { exitCode: 2 })
    return { method: 'GET', path: '/installation/costs' }
  }
  if (scope === undefined) return { method: 'GET', path: '/costs' }
  if (isRepository) return { method: 'GET', path: `/repositories/${encodeURIComponent(scope)}/costs` }
  return { method: 'GET', path: `/namespaces/${encodeURIComponent(scope)}/costs` }
}

function bodyOf({ delete: reference, deleteRepository, plan }: CostsOptions): unknown {
  if (reference !== undefined) return { delete: { reference } }
  if (deleteRepository === true) return { delete: 'repository' }
  return plan === undefined ? undefined : { planId: plan }
}

function costsText(costs: unknown): string {
  const deleted = memberOf(costs, 'onlyDeleted')
  const named = textOf(costs, 'repositoryName') ?? textOf(costs, 'namespace') ?? textOf(costs, 'accountId')
  const facts = [
    ['of', named ?? 'the installation'],
    ['images', `${memberOf(costs, 'images')}, and ${memberOf(costs, 'deletedImages')} that can be brought back`],
    ['logical', sizeOf(costs, 'logicalBytes')],
    ['held', sizeOf(costs, 'heldBytes')],
    ['  alone', `${sizeOf(costs, 'aloneBytes')}, ${sizeOf(deleted, 'aloneBytes')} of it by deleted images only`],
    ['  shared', `${sizeOf(costs, 'sharedBytes')}, ${sizeOf(deleted, 'sharedBytes')} of it by deleted images only`],
    ['its part', sizeOf(costs, 'attributedBytes')],
  ]
  return (
    formatTable(facts) +
    partsText(costs) +
    listText(costs, 'accounts', 'accountId') +
    listText(costs, 'largest', 'repositoryName')
  )
}

function partsText(costs: unknown): string {
  const parts = memberOf(costs, 'parts')
  if (parts === undefined) return ''
  const rows = [
    ['repositories', sizeOf(parts, 'attributedBytes')],
    ['held by nobody', sizeOf(parts, 'unheldBytes')],
    ['out of sight', sizeOf(parts, 'outOfSightBytes')],
    ['uploads', sizeOf(parts, 'uploadBytes')],
    ['to be unlinked', sizeOf(parts, 'removalBytes')],
    ['all', sizeOf(costs, 'totalBytes')],
  ]
  return `\n${formatTable(rows)}`
}

function listText(costs: unknown, list: string, name: string): string {
  const rows = listOf(costs, list).map((each) => [
    textOf(each, name) ?? '',
    String(memberOf(each, 'images')),
    sizeOf(each, 'aloneBytes'),
    sizeOf(each, 'sharedBytes'),
    sizeOf(each, 'attributedBytes'),
  ])
  const heading = [list === 'accounts' ? 'ACCOUNT' : 'REPOSITORY', 'IMAGES', 'ALONE', 'SHARED', 'ITS PART']
  return rows.length === 0 ? '' : `\n${formatTable([heading, ...rows])}`
}

function freedText(freed: unknown): string {
  const at = textOf(freed, 'freesLaterAt')
  const rows = [
    ['images', String(memberOf(freed, 'images'))],
    ['free now', sizeOf(freed, 'freesNowBytes')],
    ['free later', sizeOf(freed, 'freesLaterBytes') + (at === undefined ? '' : `, all of it at ${at}`)],
    ['still held', sizeOf(freed, 'keptBytes')],
  ]
  const kept = listOf(freed, 'kept').map((blob) => [
    textOf(blob, 'digest') ?? '',
    sizeOf(blob, 'sizeBytes'),
    keeperText(blob),
    textOf(blob, 'until') ?? '-',
  ])
  const table = kept.length === 0 ? '' : `\n${formatTable([['BLOB', 'SIZE', 'HELD BY', 'UNTIL'], ...kept])}`
  return formatTable(rows) + table
}

function keeperText(blob: unknown): string {
  switch (textOf(blob, 'by')) {
    case 'image':
      return `the image ${textOf(blob, 'image')}`
    case 'repository':
      return `the repository ${textOf(blob, 'repositoryName')}`
    case 'others':
      return 'other repositories'
    case 'lease':
      return 'a lease, as it was just pushed or seen'
    case 'restore-window':
      return 'the restore window'
    default:
      return displayable(textOf(blob, 'by') ?? '')
  }
}

function sizeOf(value: unknown, member: string): string {
  const size = memberOf(value, member)
  return typeof size === 'number' ? byteSize(size) : '-'
}
