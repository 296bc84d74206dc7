import type { Listing } from '../print-listing.ts'
import type { GivenPolicy } from './policy-file.ts'

/** Answers what a lifecycle policy would do, and changes nothing: a server of ours, or an Amazon ECR and this program. */
export interface WhatIf {
  /**
   * What a policy would do now, image by image. A server keeps it as a plan.
   *
   * @param policy undefined: the one that is in force
   */
  preview(repository: string, policy: GivenPolicy | undefined): Promise<Listing>
  /** Which rule decides on one image, what it does, and when. */
  explain(repository: string, question: Question): Promise<unknown>
  /** @returns each as the management API has it */
  diff(repository: string, policies: ComparedPolicies): Promise<readonly unknown[]>
  /** The policy in force; undefined when there is none. */
  findPolicy(repository: string): Promise<GivenPolicy | undefined>
  /** What could not be seen, as whole sentences: asked when all else is done. */
  notes(): readonly string[]
}

export interface Question {
  /** A tag, or a digest. */
  readonly reference: string
  readonly policy: GivenPolicy | undefined
}

export interface ComparedPolicies {
  /** Undefined: the one that is in force. */
  readonly old: GivenPolicy | undefined
  readonly young: GivenPolicy
}
