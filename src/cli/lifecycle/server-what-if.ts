import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, tellUnlessQuiet } from '../context.ts'
import { displayable } from '../displayable.ts'
import type { ManageClient } from '../manage-client.ts'
import { isMembers, listOf, memberOf, textOf } from '../members.ts'
import { openProgress } from '../open-progress.ts'
import { PlanClient, plansPath } from '../plans/plan-client.ts'
import { doesNothing, ITEM_HEADINGS, itemCells, noItemsText, planText } from '../plans/plan-text.ts'
import type { Listing } from '../print-listing.ts'
import { untilInterrupted } from '../until-interrupted.ts'
import { type GivenPolicy, policyDocument } from './policy-file.ts'
import { lifecyclePath, policyPath } from './policy-path.ts'
import type { ComparedPolicies, Question, WhatIf } from './what-if.ts'

/** Asks a server of ours, which knows all that policies may ask. */
export class ServerWhatIf implements WhatIf {
  readonly #context: CliContext
  readonly #command: Command
  readonly #client: ManageClient

  constructor(context: CliContext, command: Command, client: ManageClient) {
    this.#context = context
    this.#command = command
    this.#client = client
  }

  async preview(repository: string, policy: GivenPolicy | undefined): Promise<Listing> {
    const body = policy === undefined ? {} : { policy: policyDocument(policy) }
    const begun = await this.#client.call({ method: 'POST', path: plansPath(repository), body })
    const plan = new PlanClient(this.#client, repository, textOf(begun, 'id') ?? '')
    const made = await this.#waitFor(plan)
    if (textOf(made, 'state') === 'failed') {
      throw new CliProblem(displayable(textOf(made, 'note') ?? 'The plan could not be made.'))
    }
    const carriesOut = doesNothing(made) ? '' : `: lading plan apply ${plan.id} carries it out`
    tellUnlessQuiet(this.#context, this.#command, `This is plan ${plan.id}${carriesOut}.`)
    return {
      head: isMembers(made) ? made : {},
      headText: `${planText(made)}\n`,
      member: 'items',
      pages: plan.items(),
      headings: ITEM_HEADINGS,
      cellsOf: itemCells,
      none: noItemsText(made),
    }
  }

  async #waitFor(plan: PlanClient): Promise<unknown> {
    using progress = openProgress(this.#context, this.#command)
    const goesOn = `The server goes on making the plan: lading plan show ${plan.id} shows it.`
    return await untilInterrupted(goesOn, async (signal) => await plan.waitWhile('making', { progress, signal }))
  }

  async explain(repository: string, { reference, policy }: Question): Promise<unknown> {
    const body = { reference, ...(policy !== undefined && { policy: policyDocument(policy) }) }
    return await this.#client.call({ method: 'POST', path: `${lifecyclePath(repository)}/explain`, body })
  }

  async diff(repository: string, { old, young }: ComparedPolicies): Promise<readonly unknown[]> {
    const body = { ...(old !== undefined && { old: policyDocument(old) }), new: policyDocument(young) }
    const answer = await this.#client.call({ method: 'POST', path: `${lifecyclePath(repository)}/diff`, body })
    return listOf(answer, 'differences')
  }

  async findPolicy(repository: string): Promise<GivenPolicy | undefined> {
    const policy = memberOf(await this.#client.call({ method: 'GET', path: policyPath(repository) }), 'policy')
    return policy === undefined ? undefined : { name: repository, text: JSON.stringify(policy) }
  }

  notes(): readonly string[] {
    return []
  }
}
