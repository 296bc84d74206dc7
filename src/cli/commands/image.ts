import type { Command } from 'commander'
import { buildRows } from '../build-rows.ts'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'

export function addImageCommands(image: Command, context: CliContext): void {
  image
    .command('show')
    .description('what an image is, which tags it has and where it comes from')
    .argument('<repository>')
    .argument('<reference>', 'a tag, or a digest')
    .action(async (repository: string, reference: string, _options, command: Command) => {
      const path = `/repositories/${encodeURIComponent(repository)}/images/${encodeURIComponent(reference)}`
      const answer = await openClient(context, command).call({ method: 'GET', path })
      printAnswer(context, command, answer, () => textFor(answer))
    })
}

function textFor(image: unknown): string {
  const isArchived = textOf(image, 'storageClass') === 'archive'
  const facts: (readonly [string, string | undefined])[] = [
    ['repository', textOf(image, 'repositoryName')],
    ['digest', textOf(image, 'digest')],
    ['media type', textOf(image, 'mediaType')],
    ['artifact type', textOf(image, 'artifactType')],
    ['pushed', textOf(image, 'pushedAt')],
    ['last pulled', textOf(image, 'lastPulledAt') ?? 'never'],
    ['size', `${memberOf(image, 'imageSizeBytes')} bytes`],
    ['subject', textOf(image, 'subject')],
    ['archived', isArchived ? textOf(image, 'archivedAt') : undefined],
    ...buildRows(image),
  ]
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const tags = listOf(image, 'tags').map((tag) => ['tag', 'kind', 'since'].map((member) => textOf(tag, member) ?? ''))
  const children = listOf(image, 'children').map((child) => [
    textOf(child, 'platform') ?? '-',
    textOf(child, 'digest') ?? '',
  ])
  return formatTable(rows) + section(['TAG', 'KIND', 'SINCE'], tags) + section(['PLATFORM', 'CHILD'], children)
}

function section(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `\n${formatTable([headings, ...rows])}`
}
