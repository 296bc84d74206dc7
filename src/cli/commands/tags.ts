import type { Command } from 'commander'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'

export function addTagsCommands(tags: Command, context: CliContext): void {
  tags
    .command('report')
    .description('which kinds of tags a repository has, which are mixed, what moves, and what is odd')
    .argument('<repository>')
    .action(async (repository: string, _options, command: Command) => {
      const path = `/repositories/${encodeURIComponent(repository)}/tag-report`
      const answer = await openClient(context, command).call({ method: 'GET', path })
      printAnswer(context, command, answer, () => textFor(answer))
    })
}

function textFor(report: unknown): string {
  const kinds = listOf(report, 'kinds').map((kind) => [
    textOf(kind, 'kind') ?? '',
    String(memberOf(kind, 'count')),
    String(memberOf(kind, 'moved')),
    listOf(kind, 'examples').join(' '),
  ])
  const table = kinds.length === 0 ? '' : formatTable([['KIND', 'TAGS', 'MOVED', 'EXAMPLES'], ...kinds])
  const findings = [mixedSentence(report), twinsSentence(report), linksSentence(report)].filter((text) => text !== '')
  const lines = findings.map((text) => `${displayable(text)}\n`).join('')
  const all = `${memberOf(report, 'tags')} tags in ${textOf(report, 'repositoryName')}.`
  return `${displayable(all)}\n${table === '' ? '' : `\n${table}`}${lines === '' ? '' : `\n${lines}`}`
}

function mixedSentence(report: unknown): string {
  const mixed = listOf(report, 'mixed')
  return mixed.length === 0 ? '' : `Mixed: ${mixed.join(', ')} each say which build an image is.`
}

function twinsSentence(report: unknown): string {
  const groups = listOf(memberOf(report, 'caseTwins'), 'examples')
  const shown = groups.map((group) => (Array.isArray(group) ? group.join(' ') : ''))
  return groups.length === 0 ? '' : `Different in case alone: ${shown.join(', ')}.`
}

function linksSentence(report: unknown): string {
  const links = memberOf(report, 'withoutBuildLinks')
  const count = memberOf(links, 'count')
  if (typeof count !== 'number' || count === 0) return ''
  const of =
    memberOf(links, 'isComplete') === false ? `the first ${memberOf(links, 'checked')}` : memberOf(links, 'checked')
  return `${count} of ${of} build ids do not say where they come from, such as ${listOf(links, 'examples').join(' ')}.`
}
