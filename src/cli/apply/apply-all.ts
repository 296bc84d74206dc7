import { APPLY_KINDS, OWN_REGISTRY } from '../../core/apply/apply-kind.ts'
import { diffDeclared } from '../../core/apply/diff-declared.ts'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { textOf } from '../members.ts'
import type { ApplyServer } from './apply-server.ts'
import { carryOut } from './carry-out.ts'
import { findThing } from './find-thing.ts'
import type { DeclaredAt } from './read-documents.ts'
import type { Secret, Work } from './work.ts'

export type PlannedWork = Work & { readonly declared: DeclaredAt }

/**
 * Compares everything with what a server has, in the order in which it is applied.
 *
 * @throws {CliProblem} also for a registry that is not that of whoever asks
 */
export async function planApply(
  server: ApplyServer,
  declared: readonly DeclaredAt[],
  { prune, force }: { readonly prune: boolean; readonly force: boolean },
): Promise<PlannedWork[]> {
  const work: PlannedWork[] = []
  for (const one of inOrder(declared)) {
    if (one.kind === 'Registry' && one.name !== OWN_REGISTRY) await refuseOtherRegistry(server, one)
    const found = await findThing(server, one.kind, one.name)
    work.push({ declared: one, found, difference: diffDeclared(one, found, { prune }), force })
  }
  return work
}

/** By kind, and by name, so that a namespace comes before those that are in it. */
export function inOrder(declared: readonly DeclaredAt[]): DeclaredAt[] {
  const rank = ({ kind }: DeclaredAt) => APPLY_KINDS.indexOf(kind)
  return declared.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** A file that was written for another account must not come to this one by somebody's profile. */
async function refuseOtherRegistry(server: ApplyServer, { name, at }: DeclaredAt): Promise<void> {
  const own = textOf(await server.ecr('DescribeRegistry', {}), 'registryId')
  if (own === name) return
  throw new CliProblem(displayable(`${at}: this is the registry of account ${name}, and you ask as account ${own}.`))
}

/** What became of it. */
export interface Applied {
  readonly done: readonly PlannedWork[]
  readonly secrets: readonly Secret[]
  /** The first refusal, and what it was about; what comes after it was not tried. */
  readonly stopped: { readonly work: PlannedWork; readonly why: string } | undefined
}

/** Does it all, one by one, until something is refused. */
export async function applyAll(server: ApplyServer, work: readonly PlannedWork[]): Promise<Applied> {
  const done: PlannedWork[] = []
  const secrets: Secret[] = []
  for (const one of work.filter(({ difference }) => difference.effect !== 'none')) {
    try {
      const secret = await carryOut(server, one)
      if (secret !== undefined) secrets.push(secret)
    } catch (error) {
      if (!(error instanceof CliProblem)) throw error
      return { done, secrets, stopped: { work: one, why: reasonOf(error) } }
    }
    done.push(one)
  }
  return { done, secrets, stopped: undefined }
}
