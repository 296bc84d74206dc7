import type { Command } from 'commander'
import { diffPlans } from '../../core/lifecycle/diff-plans.ts'
import { explainImage } from '../../core/lifecycle/explain-image.ts'
import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { judgeSnapshot, planLifecycle } from '../../core/lifecycle/plan-lifecycle.ts'
import { buildLinksOf } from '../../core/tags/build-links.ts'
import { CliProblem } from '../cli-problem.ts'
import type { CliContext } from '../context.ts'
import { displayable } from '../displayable.ts'
import { parsePolicy } from '../lifecycle/parse-policy.ts'
import type { GivenPolicy } from '../lifecycle/policy-file.ts'
import type { ComparedPolicies, Question, WhatIf } from '../lifecycle/what-if.ts'
import { textOf } from '../members.ts'
import { openProgress } from '../open-progress.ts'
import { itemCells, localPlanText, noItemsText, SIZED_ITEM_HEADINGS } from '../plans/plan-text.ts'
import type { Listing } from '../print-listing.ts'
import { ecrItems } from './ecr-items.ts'
import { EcrProblem, type EcrReader } from './ecr-reader.ts'
import { viewExplanation } from './explanation.ts'
import { type EcrSnapshot, readRepository } from './read-repository.ts'

/** What a repository without a policy is kept by. */
const NO_POLICY: ParsedLifecyclePolicy = {
  format: 'ecr',
  document: { rules: [] },
  compiled: { unit: 'manifest', rules: [] },
  asksAnnotations: false,
}

export interface EcrWhatIfOptions {
  readonly reader: EcrReader
  /** As the option says. */
  readonly manifests: boolean | undefined
}

/** Reads a repository of an Amazon ECR, and plans here. */
export class EcrWhatIf implements WhatIf {
  readonly #context: CliContext
  readonly #command: Command
  readonly #options: EcrWhatIfOptions
  readonly #notes = new Set<string>()

  constructor(context: CliContext, command: Command, options: EcrWhatIfOptions) {
    this.#context = context
    this.#command = command
    this.#options = options
  }

  async preview(repository: string, given: GivenPolicy | undefined): Promise<Listing> {
    const policy = parsePolicy(given ?? (await this.#getPolicy(repository)))
    const { images, nowMs, notes } = await this.#read(repository, [policy])
    const plan = planLifecycle(policy.compiled, images, nowMs)
    const items = ecrItems(policy.compiled, plan, new Map(images.map((image) => [image.digest, image])))
    const count = (action: string) => plan.actions.filter((each) => each.action === action).length
    const counts = { expire: count('expire'), archive: count('archive'), untag: count('untag') }
    const summary = { ...counts, refused: plan.refused.length }
    const head = { repositoryName: repository, imageCount: images.length, summary, notes }
    const listed = { pages: [items], headings: SIZED_ITEM_HEADINGS, cellsOf: itemCells, none: noItemsText(head) }
    return { head, headText: `${localPlanText(head)}\n`, member: 'items', ...listed }
  }

  async explain(repository: string, { reference, policy: given }: Question): Promise<unknown> {
    const policy = parsePolicy(given ?? (await this.#getPolicy(repository)))
    const { images, nowMs } = await this.#read(repository, [policy])
    const image = images.find(({ digest, tags }) => digest === reference || tags.some(({ tag }) => tag === reference))
    const judged = judgeSnapshot(policy.compiled, images, nowMs)
    const explanation = image && explainImage(policy.compiled, judged, image.digest)
    if (explanation !== undefined) {
      // Where nothing asked for the manifest, what it says is not known; it is not read for this alone.
      const buildLinks = image?.annotations && buildLinksOf(image.annotations)
      return { ...viewExplanation(explanation), ...(buildLinks !== undefined && { buildLinks }) }
    }
    throw new CliProblem(displayable(`${repository} has no image ${reference}.`))
  }

  async diff(repository: string, { old, young }: ComparedPolicies): Promise<readonly unknown[]> {
    const inForce = old ?? (await this.findPolicy(repository))
    const [before, after] = [inForce === undefined ? NO_POLICY : parsePolicy(inForce), parsePolicy(young)]
    const { images, nowMs } = await this.#read(repository, [before, after])
    const planned = ({ compiled: policy }: ParsedLifecyclePolicy) => {
      return { policy, plan: planLifecycle(policy, images, nowMs) }
    }
    const tags = new Map(images.map((image) => [image.digest, image.tags.map(({ tag }) => tag).sort()]))
    const differences = diffPlans(planned(before), planned(after))
    return differences.map((difference) => ({ ...difference, tags: tags.get(difference.digest) ?? [] }))
  }

  async findPolicy(repository: string): Promise<GivenPolicy | undefined> {
    try {
      const answer = await this.#options.reader.ask('GetLifecyclePolicy', { repositoryName: repository })
      const text = textOf(answer, 'lifecyclePolicyText')
      return text === undefined ? undefined : { name: `the policy of ${repository}`, text }
    } catch (error) {
      if (error instanceof EcrProblem && error.type === 'LifecyclePolicyNotFoundException') return undefined
      throw error
    }
  }

  notes(): readonly string[] {
    return [...this.#notes]
  }

  async #getPolicy(repository: string): Promise<GivenPolicy> {
    const policy = await this.findPolicy(repository)
    if (policy !== undefined) return policy
    throw new CliProblem(displayable(`${repository} has no lifecycle policy: give one with --policy.`))
  }

  async #read(repository: string, policies: readonly ParsedLifecyclePolicy[]): Promise<EcrSnapshot> {
    using progress = openProgress(this.#context, this.#command)
    const { reader, manifests } = this.#options
    const snapshot = await readRepository(reader, { repository, policies, manifests }, progress)
    for (const note of snapshot.notes) this.#notes.add(`${repository}: ${note}`)
    return snapshot
  }
}
