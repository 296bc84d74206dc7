import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'

export const NO_POLICIES: readonly CompiledPolicy[] = []

/** Farthest first. Every request asks for it, and nearly all have one or none: no lists are joined then. */
export function joinResourcePolicies(
  ofRegistry: CompiledPolicy | undefined,
  above: readonly CompiledPolicy[],
  ofRepository: CompiledPolicy | undefined,
): readonly CompiledPolicy[] {
  if (above.length > 0) {
    return [ofRegistry, ...above, ofRepository].filter((policy) => policy !== undefined)
  }
  if (ofRegistry === undefined) return ofRepository === undefined ? NO_POLICIES : [ofRepository]
  return ofRepository === undefined ? [ofRegistry] : [ofRegistry, ofRepository]
}
