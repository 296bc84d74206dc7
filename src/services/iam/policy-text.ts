import { analysePolicy, type PolicyFinding } from '../../core/policy/analyse-policy.ts'
import { parsePolicy, policyCharsOf } from '../../core/policy/parse-policy.ts'
import type { PrincipalEntry } from '../../core/policy/policy-document.ts'
import type { PolicyKind } from '../../core/policy/policy-kind.ts'
import { principalsOf, withPrincipals } from '../../core/policy/policy-principals.ts'
import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads } from '../../ports/metadata/identity.ts'
import {
  findStoredPrincipal,
  findStoredProvider,
  type PrincipalReads,
  showStoredPrincipal,
} from './stored-principal.ts'

/** A policy as it is stored, and what is to be said about it although it is good. */
export interface SavedPolicyText {
  readonly text: string
  readonly findings: readonly PolicyFinding[]
}

/**
 * Checks a policy and makes it what is stored: in policies of resources, users and roles of whatever account of this
 * installation are there by their unique ids. Of principals that somebody may name and that do not exist, none is
 * stored: whoever came to have the name later would have what was given to another.
 *
 * @param accountId whose policy it is
 * @throws {Refusal} `policy-malformed`, also for a principal that does not exist
 */
export async function savePolicyText(
  reader: PrincipalReads,
  accountId: string,
  text: string,
  kind: PolicyKind,
): Promise<SavedPolicyText> {
  const document = parsePolicy(text, kind)
  const findings = analysePolicy(document, kind)
  const stored = await storedPrincipals(reader, accountId, principalsOf(document))
  return { text: replaced(tightened(text), stored), findings }
}

/** The policy for whoever reads it: with ARNs, and with the unique id where nobody has it any more. */
export async function showPolicyText(reader: IdentityReads, text: string): Promise<string> {
  const named = new Set<string>()
  withPrincipals(text, (id) => {
    named.add(id)
    return undefined
  })
  const shown = new Map<string, string>()
  for (const id of named) {
    const arn = await showStoredPrincipal(reader, id)
    if (arn !== id) shown.set(id, arn)
  }
  return replaced(text, shown)
}

/** White space does not count, so somebody could have a hundred kilobytes of it kept in every policy. */
const LOOSEST = 4

/** The same JSON without white space where that is most of it. @throws {Refusal} `policy-malformed` if it is in texts */
function tightened(text: string): string {
  const most = LOOSEST * policyCharsOf(text)
  if (text.length <= most) return text
  const tight = withPrincipals(text, () => undefined)
  if (tight.length <= most) return tight
  throw new Refusal('policy-malformed', 'The policy is malformed: its texts are mostly white space.')
}

/** Those whose stored form is another than the written one. */
async function storedPrincipals(
  reader: PrincipalReads,
  accountId: string,
  entries: readonly PrincipalEntry[],
): Promise<ReadonlyMap<string, string>> {
  const stored = new Map<string, string>()
  for (const entry of entries) {
    const id = await findStored(reader, accountId, entry)
    if (id === undefined) throw invalidPrincipal(entry)
    if (id !== entry.id) stored.set(entry.id, id)
  }
  return stored
}

async function findStored(
  reader: PrincipalReads,
  accountId: string,
  { type, id }: PrincipalEntry,
): Promise<string | undefined> {
  switch (type) {
    case 'AWS':
      return await findStoredPrincipal(reader, id)
    case 'Federated':
      return await findStoredProvider(reader, accountId, id)
    case 'Service':
      return id
    case 'CanonicalUser':
      return undefined
  }
}

/** As it was written, to the letter, when there is nothing to replace. */
function replaced(text: string, principals: ReadonlyMap<string, string>): string {
  return principals.size === 0 ? text : withPrincipals(text, (principal) => principals.get(principal))
}

function invalidPrincipal({ type, id }: PrincipalEntry): Refusal {
  return new Refusal('policy-malformed', `Invalid principal in policy: "${type}":"${id}"`)
}
