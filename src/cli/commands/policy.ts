import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { displayable, formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'

const KINDS = ['identity', 'session', 'trust', 'repository', 'registry']
const FINDING = ['severity', 'where', 'message'] as const

export function addPolicyCommands(policy: Command, context: CliContext): void {
  policy
    .command('validate')
    .description('say what is wrong with a policy, and what is probably not meant')
    .argument('<file>', 'with the policy as JSON')
    .addOption(new Option('--kind <kind>', 'boundaries are identity').choices(KINDS).makeOptionMandatory())
    .action(async (file: string, { kind }: { kind: string }, command: Command) => {
      const body = { text: await readText(file), kind }
      const answer = await openClient(context, command).call({ method: 'POST', path: '/policies/validate', body })
      printAnswer(context, command, answer, () => verdictOf(answer))
      const problem = textOf(answer, 'problem')
      if (problem !== undefined) throw new CliProblem(displayable(problem))
    })
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CliProblem(`The policy ${file} cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

function verdictOf(answer: unknown): string {
  if (memberOf(answer, 'valid') !== true) return ''
  const rows = listOf(answer, 'findings').map((finding) => FINDING.map((member) => textOf(finding, member) ?? ''))
  return rows.length === 0
    ? 'The policy is valid.\n'
    : `The policy is valid. What is hardly meant:\n${formatTable(rows)}`
}
