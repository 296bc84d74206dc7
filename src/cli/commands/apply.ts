import type { Command } from 'commander'
import { type Applied, applyAll, type PlannedWork, planApply } from '../apply/apply-all.ts'
import { countSentence, differenceText, painter } from '../apply/difference-text.ts'
import { openApplyServer } from '../apply/open-apply-server.ts'
import { readDocuments } from '../apply/read-documents.ts'
import { readSources } from '../apply/source-files.ts'
import { CliProblem, wrongUsage } from '../cli-problem.ts'
import { type CliContext, tellUnlessQuiet, wantsJson } from '../context.ts'
import { displayable, displayableJson } from '../displayable.ts'
import { EXIT } from '../exit-codes.ts'

interface ApplyOptions {
  readonly file: readonly string[]
  readonly dryRun?: true
  readonly prune?: true
  readonly force?: true
  readonly showSecrets?: true
  readonly yes?: true
}

export function addApplyCommand(apply: Command, context: CliContext): void {
  apply
    .requiredOption('-f, --file <path>', 'YAML: a file, a folder of them, or - ; may be given again', collect)
    .option('--dry-run', 'only show what would change; ends with 3 when something would')
    .option('--prune', 'delete settings of what is declared that the files do not have; never repositories or accounts')
    .option('--force', 'also a policy that takes the right to set policies from you')
    .option('--show-secrets', 'print keys and secrets of what is made, also where nobody sees them at once')
    .option('--yes', 'without asking, which needs a terminal')
    .action(async (options: ApplyOptions, command: Command) => {
      await runApply({ context, command, options })
    })
}

interface ApplyRun {
  readonly context: CliContext
  readonly command: Command
  readonly options: ApplyOptions
}

async function runApply(run: ApplyRun): Promise<void> {
  const { context, command, options } = run
  const declared = readDocuments(await readSources(options.file))
  if (declared.length === 0) throw new CliProblem('There is nothing in the files.')
  const server = openApplyServer(context, command)
  const work = await planApply(server, declared, { prune: options.prune === true, force: options.force === true })
  const differences = work.map(({ difference }) => difference)
  if (!wantsJson(command)) context.print(differenceText(differences, painter(context.printsTerminal)))
  tellUnlessQuiet(context, command, countSentence(differences))
  const isDifferent = differences.some(({ effect }) => effect !== 'none')
  if (options.dryRun === true || !isDifferent) {
    printResult(run, work, undefined)
    if (isDifferent) process.exitCode = EXIT.found
    return
  }
  if (options.yes !== true) {
    // JSON is printed when all is done; whoever is asked sees it before.
    if (wantsJson(command) && context.ask !== undefined) context.tell(differenceText(differences, painter(false)))
    await askFor(context)
  }
  const applied = await applyAll(server, work)
  printResult(run, work, applied)
  tellOutcome(run, work, applied)
}

/** @throws {CliProblem} unless somebody says yes */
async function askFor({ ask }: CliContext): Promise<void> {
  if (ask === undefined) throw wrongUsage('Nobody is there to be asked: give --yes, or --dry-run.')
  if (!/^y(?:es)?$/i.test((await ask('Apply this? [y/N] ')).trim())) throw new CliProblem('Nothing was done.')
}

function printResult({ context, command, options }: ApplyRun, work: readonly PlannedWork[], applied?: Applied): void {
  const showsSecrets = options.showSecrets === true || context.printsTerminal
  const secrets = applied?.secrets ?? []
  if (wantsJson(command)) {
    const things = work.map((one) => ({ ...one.difference, state: stateOf(one, applied) }))
    const result = { things, ...(secrets.length > 0 && showsSecrets && { secrets }) }
    context.print(`${displayableJson(result)}\n`)
    return
  }
  for (const { of, values } of showsSecrets ? secrets : []) {
    const texts = Object.entries(values).map(([name, value]) => `${name} ${displayable(value)}`)
    context.print(`${displayable(of)}, shown this once: ${texts.join(', ')}\n`)
  }
}

function stateOf(work: PlannedWork, applied: Applied | undefined): string {
  if (work.difference.effect === 'none') return 'unchanged'
  if (applied?.done.includes(work) === true) return 'done'
  return applied?.stopped?.work === work ? 'refused' : 'not done'
}

/** @throws {CliProblem} when it stopped */
function tellOutcome({ context, command, options }: ApplyRun, work: readonly PlannedWork[], applied: Applied): void {
  const { done, stopped, secrets } = applied
  const changed = work.filter(({ difference }) => difference.effect !== 'none')
  if (secrets.length > 0 && options.showSecrets !== true && !context.printsTerminal) {
    const hint = 'lading account create-key and lading webhook rotate-secret make others'
    context.tell(`Not shown here: ${displayable(secrets.map(({ of }) => of).join(', '))}; ${hint}.\n`)
  }
  if (stopped === undefined) {
    tellUnlessQuiet(context, command, `Done: ${done.length}.`)
    return
  }
  const rest = changed.slice(done.length + 1)
  tellUnlessQuiet(context, command, `Done: ${namesOf(done)}. Not done: ${namesOf(rest)}.`)
  const { kind, name, at } = stopped.work.declared
  throw new CliProblem(displayable(`${at}: ${kind} ${name}: ${stopped.why} Apply again when that is mended.`))
}

function namesOf(work: readonly PlannedWork[]): string {
  return work.length === 0 ? 'nothing' : work.map(({ declared }) => `${declared.kind} ${declared.name}`).join(', ')
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
