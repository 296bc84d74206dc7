import { type CompiledPolicy, compilePolicy } from '../../core/policy/compile-policy.ts'
import { parsePolicy } from '../../core/policy/parse-policy.ts'
import type { PolicyKind } from '../../core/policy/policy-kind.ts'
import type { PolicySource } from '../../core/policy/policy-source.ts'

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
 * @throws {Refusal} `policy-malformed` when it does not parse any more: nothing is decided without it
 */
export function compileText(text: string, source: PolicySource): CompiledPolicy {
  return compilePolicy(parsePolicy(text, KINDS[source.kind]), source)
}
