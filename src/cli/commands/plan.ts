import type { Command } from 'commander'
import { CliProblem, wrongUsage } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer, tellUnlessQuiet, wantsJson } from '../context.ts'
import { displayable } from '../displayable.ts'
import { isMembers, memberOf, textOf } from '../members.ts'
import { openProgress } from '../open-progress.ts'
import { pagesOf } from '../pages-of.ts'
import { PlanClient, plansPath } from '../plans/plan-client.ts'
import {
  applySentence,
  doesNothing,
  ITEM_HEADINGS,
  itemCells,
  noItemsText,
  PLAN_HEADINGS,
  planCells,
  planText,
} from '../plans/plan-text.ts'
import { printListing } from '../print-listing.ts'
import { untilInterrupted } from '../until-interrupted.ts'

interface PlanOptions {
  readonly repository?: string
}

export function addPlanCommands(plan: Command, context: CliContext): void {
  addReads(plan, context)
  withPlan(plan.command('apply'))
    .description('do what a plan says, after showing it; stops if the repository moved in a way that matters')
    .option('--yes', 'without asking, which needs a terminal')
    .action(async (id: string, options: PlanOptions & { yes?: true }, command: Command) => {
      await applyPlan(await open(context, command, { id, ...options }), options.yes === true)
    })
  addUndoCommand(plan.command('undo').description('bring back what a plan took, tags included'), context)
}

/** `lading undo`, and `lading plan undo`. */
export function addUndoCommand(undo: Command, context: CliContext): void {
  withPlan(undo).action(async (id: string, options: PlanOptions, command: Command) => {
    const opened = await open(context, command, { id, ...options })
    const undone = await carryOut(opened, 'undo')
    printPlan(opened, undone)
    if (textOf(undone, 'state') !== 'undone') throw new CliProblem(`The plan was not undone: it is ${noteOf(undone)}.`)
    if (!wantsJson(command)) tellUnlessQuiet(context, command, nextRunSentence(undone))
  })
}

function withPlan(command: Command): Command {
  return command
    .argument('<plan>', 'its id')
    .option('--repository <name>', 'that it is a plan of, for whoever may not look plans up by their ids alone')
}

function addReads(plan: Command, context: CliContext): void {
  plan
    .command('list')
    .description('the plans of a repository, the newest first')
    .argument('<repository>')
    .action(async (repository: string, _options, command: Command) => {
      const pages = pagesOf(openClient(context, command), plansPath(repository), 'plans')
      const none = `There are no plans of ${repository}.`
      const listing = { head: {}, member: 'plans', pages, headings: PLAN_HEADINGS, cellsOf: planCells, none }
      await printListing(context, command, listing)
    })
  withPlan(plan.command('show'))
    .description('what a plan is and does, image by image')
    .action(async (id: string, options: PlanOptions, command: Command) => {
      await showPlan(await open(context, command, { id, ...options }))
    })
}

/** A plan, and whom it is shown to. */
interface OpenedPlan {
  readonly context: CliContext
  readonly command: Command
  readonly client: PlanClient
}

async function open(
  context: CliContext,
  command: Command,
  { id, repository }: PlanOptions & { readonly id: string },
): Promise<OpenedPlan> {
  return { context, command, client: await PlanClient.find(openClient(context, command), id, repository) }
}

async function showPlan({ context, command, client }: OpenedPlan): Promise<void> {
  const plan = await client.get()
  await printListing(context, command, {
    head: isMembers(plan) ? plan : {},
    headText: `${planText(plan)}\n`,
    member: 'items',
    pages: client.items(),
    headings: ITEM_HEADINGS,
    cellsOf: itemCells,
    none: noItemsText(plan),
  })
}

async function applyPlan(opened: OpenedPlan, isSure: boolean): Promise<void> {
  const { context, command, client } = opened
  const plan = await client.get()
  if (!isSure) await askFor(context, plan)
  else if (!wantsJson(command)) tellUnlessQuiet(context, command, `${applySentence(plan)}.`)
  const applied = await carryOut(opened, 'apply')
  printPlan(opened, applied)
  if (textOf(applied, 'state') !== 'applied') {
    throw new CliProblem(`The plan was not applied: it is ${noteOf(applied)}.`)
  }
  if (!wantsJson(command)) tellUnlessQuiet(context, command, undoSentence(applied))
  // What rules hit and could not have was there before.
  const failed = failedCount(applied) - failedCount(plan)
  if (failed === 0) return
  throw new CliProblem(`${failed} of its images could not be had: lading plan show ${client.id} says why.`)
}

/** Why the policy does nothing from now on. */
function nextRunSentence(undone: unknown): string | undefined {
  if (textOf(undone, 'kind') !== 'lifecycle') return undefined
  return 'A policy that is still in force takes nothing more until somebody changes it, or applies a plan of it: lock what has to stay.'
}

/** How long it can be undone; undefined when there is nothing to undo. */
function undoSentence(applied: unknown): string | undefined {
  const until = textOf(applied, 'undoUntil')
  if (until === undefined || doesNothing(applied)) return undefined
  if (until === textOf(applied, 'appliedAt')) return 'It cannot be undone: the restore window here is zero.'
  return `Until ${until} lading undo ${textOf(applied, 'id')} brings it back.`
}

/** @throws {CliProblem} unless somebody says yes */
async function askFor({ ask, tell }: CliContext, plan: unknown): Promise<void> {
  if (ask === undefined) throw wrongUsage('Nobody is there to be asked: give --yes.')
  tell(`${planText(plan)}\n`)
  const answer = await ask(`${applySentence(plan)}? [y/N] `)
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliProblem('Nothing was done.')
}

async function carryOut({ context, command, client }: OpenedPlan, work: 'apply' | 'undo'): Promise<unknown> {
  using progress = openProgress(context, command)
  const state = work === 'apply' ? 'applying' : 'undoing'
  await client.begin(work)
  const goesOn = `The server goes on ${state}: lading plan show ${client.id} says how far it is.`
  return await untilInterrupted(goesOn, async (signal) => await client.waitWhile(state, { progress, signal }))
}

function printPlan({ context, command }: OpenedPlan, plan: unknown): void {
  printAnswer(context, command, plan, () => planText(plan))
}

function failedCount(plan: unknown): number {
  return Number(memberOf(memberOf(plan, 'progress'), 'failed') ?? 0)
}

function noteOf(plan: unknown): string {
  const note = textOf(plan, 'note')
  return displayable(`${textOf(plan, 'state')}${note === undefined ? '' : ` (${note.replace(/\.$/, '')})`}`)
}
