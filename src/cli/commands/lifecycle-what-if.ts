import type { Command } from 'commander'
import { wrongUsage } from '../cli-problem.ts'
import { type CliContext, printAnswer, tellUnlessQuiet } from '../context.ts'
import { type EcrOptions, withEcrOptions } from '../ecr/ecr-options.ts'
import { EXIT } from '../exit-codes.ts'
import { DIFFERENCE_HEADINGS, differenceCells } from '../lifecycle/difference-text.ts'
import { explanationText } from '../lifecycle/explanation-text.ts'
import { listEcrRepositories, openWhatIf } from '../lifecycle/open-what-if.ts'
import type { GivenPolicy } from '../lifecycle/policy-file.ts'
import { RepositoryWalk } from '../lifecycle/repository-walk.ts'
import type { ComparedPolicies, WhatIf } from '../lifecycle/what-if.ts'
import { openProgress } from '../open-progress.ts'
import { printListing } from '../print-listing.ts'

interface PolicyOptions extends EcrOptions {
  readonly policy?: string
}

interface DiffOptions extends EcrOptions {
  readonly all?: true
  readonly exitCode?: true
}

/** What a policy would do. */
export function addWhatIfCommands(lifecycle: Command, context: CliContext): void {
  addPreview(lifecycle, context)
  addExplain(lifecycle, context)
  addDiff(lifecycle, context)
}

function addPreview(lifecycle: Command, context: CliContext): void {
  const command = lifecycle
    .command('preview')
    .description('show what a policy would do now, image by image, as a plan that can be applied')
    .argument('<repository>')
    .option('--policy <file>', 'JSON or YAML; the one in force when it is not given')
  withEcrOptions(command).action(async (repository: string, options: PolicyOptions, preview: Command) => {
    const given = await readGiven(options.policy)
    const whatIf = await openWhatIf(context, preview, options)
    await printListing(context, preview, await whatIf.preview(repository, given))
    tellNotes(context, preview, whatIf)
  })
}

function addExplain(lifecycle: Command, context: CliContext): void {
  const command = lifecycle
    .command('explain')
    .description('say which rule keeps or expires an image, why, and when')
    .argument('<repository>')
    .argument('<image>', 'a tag, or a digest')
    .option('--policy <file>', 'JSON or YAML; the one in force when it is not given')
  withEcrOptions(command).action(
    async (repository: string, reference: string, options: PolicyOptions, explain: Command) => {
      const policy = await readGiven(options.policy)
      const whatIf = await openWhatIf(context, explain, options)
      const answer = await whatIf.explain(repository, { reference, policy })
      printAnswer(context, explain, answer, () => explanationText(answer))
      tellNotes(context, explain, whatIf)
    },
  )
}

function addDiff(lifecycle: Command, context: CliContext): void {
  const command = lifecycle
    .command('diff')
    .description('say what a changed policy would do differently')
    .usage('[options] REPOSITORY [OLD] NEW')
    .argument('<what...>', 'the repository, and the files; the old policy is the one in force when it is not given')
    .option('--all', 'with --ecr, and without a repository: in each of them')
    .option('--exit-code', 'end with 3 when there is a difference')
  withEcrOptions(command).action(async (what: string[], options: DiffOptions, diff: Command) => {
    const { repository, files } = readWhat(what, options.all === true)
    const policies = await readCompared(files)
    const whatIf = await openWhatIf(context, diff, options)
    const repositories = repository === undefined ? await listEcrRepositories(context, diff, options) : [repository]
    const walk = new RepositoryWalk({ tell: context.tell, progress: openProgress(context, diff) }, repositories)
    let count = 0
    const pages = walk.pages(async (name) => {
      const differences = await whatIf.diff(name, policies)
      count += differences.length
      return differences
    })
    const listing = { head: {}, member: 'differences', headings: DIFFERENCE_HEADINGS, cellsOf: differenceCells }
    await printListing(context, diff, { ...listing, pages, none: 'The new policy does nothing differently.' })
    tellNotes(context, diff, whatIf)
    walk.end()
    if (options.exitCode === true && count > 0) process.exitCode = EXIT.found
  })
}

function readWhat(
  what: readonly string[],
  isAll: boolean,
): { repository: string | undefined; files: readonly string[] } {
  const repository = isAll ? undefined : what[0]
  const files = isAll ? what : what.slice(1)
  if (files.length === 1 || files.length === 2) return { repository, files }
  throw wrongUsage(isAll ? 'Give [OLD] NEW: one or two files.' : 'Give REPOSITORY [OLD] NEW: one or two files.')
}

async function readCompared(files: readonly string[]): Promise<ComparedPolicies> {
  const [first = '-', second] = files
  if (first === second && first === '-') throw wrongUsage('Standard input can be one of the two policies alone.')
  const { readPolicyFile } = await import('../lifecycle/policy-file.ts')
  const read = await readPolicyFile(first)
  return second === undefined ? { old: undefined, young: read } : { old: read, young: await readPolicyFile(second) }
}

async function readGiven(file: string | undefined): Promise<GivenPolicy | undefined> {
  if (file === undefined) return undefined
  const { readPolicyFile } = await import('../lifecycle/policy-file.ts')
  return await readPolicyFile(file)
}

function tellNotes(context: CliContext, command: Command, whatIf: WhatIf): void {
  for (const note of whatIf.notes()) tellUnlessQuiet(context, command, note)
}
