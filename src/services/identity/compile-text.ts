import { type CompiledPolicy, compilePolicy } from '../../core/policy/compile-policy.ts'
import type { PolicyKind } from '../../core/policy/policy-kind.ts'
import type { PolicySource } from '../../core/policy/policy-source.ts'
import { readPolicy } from '../../core/policy/read-policy.ts'

const KINDS: { readonly [Kind in PolicySource['kind']]: PolicyKind } = {
  identity: 'identity',
  boundary: 'identity',
  session: 'session',
  trust: 'trust',
  repository: 'repository',
  registry: 'registry',
}

/**
 * A policy that was checked when it was saved.
 *
 * Whatever is refused today when one is saved, those that were saved go on.
 *
 * @throws {Refusal} `policy-malformed` when it cannot be read: nothing is decided without it
 */
export function compileText(text: string, source: PolicySource): CompiledPolicy {
  return compilePolicy(readPolicy(text, KINDS[source.kind]), source)
}
