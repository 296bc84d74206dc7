import { type Command, Option } from 'commander'
import type { LintFinding } from '../../core/lifecycle/lint/lint-finding.ts'
import { CliProblem, wrongUsage } from '../cli-problem.ts'
import { type CliContext, printAnswer } from '../context.ts'
import { displayable } from '../displayable.ts'
import { type EcrOptions, withEcrOptions } from '../ecr/ecr-options.ts'
import { FINDING_HEADINGS, findingCells, lintExit } from '../lifecycle/finding-text.ts'
import { listEcrRepositories, openWhatIf } from '../lifecycle/open-what-if.ts'
import type { GivenPolicy } from '../lifecycle/policy-file.ts'
import { RepositoryWalk } from '../lifecycle/repository-walk.ts'
import { openProgress } from '../open-progress.ts'
import { printListing } from '../print-listing.ts'

interface LintOptions extends EcrOptions {
  readonly repository?: string
  readonly all?: true
  readonly strict?: true
}

/** What needs no server, as long as no option says otherwise. */
export function addPolicyFileCommands(lifecycle: Command, context: CliContext): void {
  addLint(lifecycle, context)
  lifecycle
    .command('convert')
    .description('say the same in the other format, ECR’s or ours')
    .argument('[file]', 'JSON or YAML; standard input when it is - or not given', '-')
    .addOption(new Option('--to <format>', 'the other one when it is not given').choices(['lading', 'ecr']))
    .action(async (file: string, { to }: { to?: 'lading' | 'ecr' }, command: Command) => {
      const { readPolicyFile } = await import('../lifecycle/policy-file.ts')
      const { convertPolicy } = await import('../lifecycle/convert-policy.ts')
      const converted = convertPolicy(await readPolicyFile(file), to)
      printAnswer(context, command, converted, () => `${JSON.stringify(converted, null, 2)}\n`)
    })
}

function addLint(lifecycle: Command, context: CliContext): void {
  const command = lifecycle
    .command('lint')
    .description('say what of a policy is hardly meant: dead and shadowed rules, the AND trap, rules that never match')
    .argument('[file]', 'JSON or YAML; - is standard input')
    .option('--repository <name>', 'lint the policy in force there instead')
    .option('--all', 'with --ecr: those of all repositories')
    .option('--strict', 'end with 4 when there are warnings alone')
  withEcrOptions(command, { readsManifests: false }).action(
    async (file: string | undefined, options: LintOptions, lint: Command) => {
      const { pages, end } = await findingsOf(context, lint, { file, options })
      const findings: unknown[] = []
      await printListing(context, lint, {
        head: {},
        member: 'findings',
        pages: keepIn(findings, pages),
        headings: FINDING_HEADINGS,
        cellsOf: findingCells,
        none: 'There is nothing to say against it.',
      })
      end()
      process.exitCode = lintExit(findings, options.strict === true)
    },
  )
}

/** Pages as they pass by: what there was decides how the command ends. */
async function* keepIn(kept: unknown[], pages: Found['pages']): AsyncGenerator<readonly unknown[]> {
  for await (const page of pages) {
    kept.push(...page)
    yield page
  }
}

interface Found {
  readonly pages: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>
  /** When all of them are printed. @throws {CliProblem} */
  readonly end: () => void
}

async function findingsOf(
  context: CliContext,
  command: Command,
  { file, options }: { readonly file: string | undefined; readonly options: LintOptions },
): Promise<Found> {
  const { repository, all } = options
  if ([file, repository, all].filter((each) => each !== undefined).length !== 1) {
    throw wrongUsage('Give one of a file, --repository, and --all with --ecr.')
  }
  const { readPolicyFile } = await import('../lifecycle/policy-file.ts')
  const { parsePolicy } = await import('../lifecycle/parse-policy.ts')
  const { lintLifecyclePolicy } = await import('../../core/lifecycle/lint-policy.ts')
  const lint = (policy: GivenPolicy, name: string) => lintLifecyclePolicy(parsePolicy(policy)).map(namedBy(name))
  if (file !== undefined) {
    const policy = await readPolicyFile(file)
    return { pages: [lint(policy, policy.name)], end: () => {} }
  }
  const whatIf = await openWhatIf(context, command, options)
  const repositories = repository === undefined ? await listEcrRepositories(context, command, options) : [repository]
  const walk = new RepositoryWalk({ tell: context.tell, progress: openProgress(context, command) }, repositories)
  const pages = walk.pages(async (name) => {
    const policy = await whatIf.findPolicy(name)
    if (policy === undefined && all !== true) {
      throw new CliProblem(displayable(`${name} has no lifecycle policy.`))
    }
    return policy === undefined ? [] : lint(policy, name)
  })
  return { pages, end: () => walk.end() }
}

function namedBy(policy: string): (finding: LintFinding) => object {
  return (finding) => ({ policy, ...finding })
}
