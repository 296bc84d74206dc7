import type { Command } from 'commander'
import { type CliContext, openClient, printAnswer, printDone, tellUnlessQuiet, wantsJson } from '../context.ts'
import { displayableJson, formatTable } from '../displayable.ts'
import { FINDING_HEADINGS, findingCells } from '../lifecycle/finding-text.ts'
import { policyPath } from '../lifecycle/policy-path.ts'
import { listOf, memberOf, textOf } from '../members.ts'

/** What a repository is kept by. */
export function addStoredPolicyCommands(lifecycle: Command, context: CliContext): void {
  lifecycle
    .command('get')
    .description('print the policy that a repository is kept by, its own or an inherited one')
    .argument('<repository>')
    .action(async (repository: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: policyPath(repository) })
      printAnswer(context, command, answer, () => `${displayableJson(memberOf(answer, 'policy'))}\n`)
      if (wantsJson(command)) return
      const evaluated = textOf(answer, 'evaluatedAt')
      const last = evaluated === undefined ? 'not carried out yet' : `carried out last at ${evaluated}`
      tellUnlessQuiet(context, command, `From: ${textOf(answer, 'from') ?? 'unknown'}; ${last}.`)
    })
  lifecycle
    .command('put')
    .description('put a policy, in ECR’s format or in ours, and say what of it is hardly meant')
    .argument('<repository>')
    .argument('[file]', 'JSON or YAML; standard input when it is - or not given', '-')
    .action(async (repository: string, file: string, _options, command: Command) => {
      const { policyDocument, readPolicyFile } = await import('../lifecycle/policy-file.ts')
      const body = { policy: policyDocument(await readPolicyFile(file)) }
      const answer = await openClient(context, command).call({ method: 'PUT', path: policyPath(repository), body })
      printAnswer(context, command, answer, () => findingsTable(repository, listOf(answer, 'findings')))
      if (!wantsJson(command)) tellUnlessQuiet(context, command, `The policy of ${repository} was put.`)
    })
  lifecycle
    .command('delete')
    .description('take the policy of a repository away; what it inherits counts then')
    .argument('<repository>')
    .action(async (repository: string, _options, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'DELETE', path: policyPath(repository) })
      printDone(context, command, answer, `The policy of ${repository} was deleted.`)
    })
}

function findingsTable(policy: string, findings: readonly unknown[]): string {
  if (findings.length === 0) return ''
  return formatTable([FINDING_HEADINGS, ...findings.map((finding) => findingCells({ policy, ...Object(finding) }))])
}
