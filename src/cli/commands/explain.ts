import type { Command } from 'commander'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import { isMembers, memberOf, textOf } from '../members.ts'

export function addExplainCommand(explain: Command, context: CliContext): void {
  explain
    .argument('<id>', 'what a denial calls its decision: (decision <id>)')
    .action(async (id: string, _options: unknown, command: Command) => {
      const path = `/decisions/${encodeURIComponent(id)}`
      const answer = await openClient(context, command).call({ method: 'GET', path })
      printAnswer(context, command, answer, () => textFor(answer))
    })
}

function textFor(answer: unknown): string {
  const before = memberOf(answer, 'before')
  const now = memberOf(answer, 'now')
  const rows = [
    ['who', textOf(answer, 'principal')],
    ['action', textOf(answer, 'action')],
    ['resource', textOf(answer, 'resource')],
    ['when', textOf(answer, 'time')],
    ['from', textOf(answer, 'sourceAddress')],
    ['with', textOf(answer, 'userAgent')],
    ['request', textOf(answer, 'requestId')],
    ['then', decidedText(before)],
    ...keysOf(before).map(([key, value]) => ['  where', `${key} = ${value}`]),
    ['now', decidedText(now)],
    ['because', textOf(now, 'reason')?.replace(/^because /, '')],
  ]
  const table = formatTable(rows.map(([name = '', value = '']) => [name, value === '' ? '-' : value]))
  return `${displayable(textOf(answer, 'sentence') ?? '')}\n\n${table}`
}

/** `denied by identity: arn:…, statement 1 (Sid)`. */
function decidedText(decided: unknown): string {
  const outcome = textOf(decided, 'outcome') ?? ''
  const by = textOf(decided, 'by')
  const policy = textOf(decided, 'policy')
  const statement = memberOf(decided, 'statement')
  const sid = textOf(decided, 'sid')
  const where = policy === undefined ? '' : `: ${policy}, statement ${Number(statement) + 1}`
  return `${outcome}${by === undefined ? '' : ` by ${by}`}${where}${sid === undefined ? '' : ` (${sid})`}`.replace(
    ' by no allow: ',
    ', as nothing allows it: ',
  )
}

function keysOf(before: unknown): [string, string][] {
  const keys = memberOf(before, 'keys')
  if (!isMembers(keys)) return []
  return Object.entries(keys).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
}
