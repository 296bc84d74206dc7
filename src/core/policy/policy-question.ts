import type { CompiledPolicy } from './compile-policy.ts'
import type { ConditionContext } from './evaluation.ts'
import type { PrincipalNames } from './principal-names.ts'

/** Who asks, and all policies that go with them. */
export interface PolicyPrincipal extends PrincipalNames {
  readonly identityPolicies: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
  /**
   * Every layer has to allow, and one policy of a layer is enough; so an empty layer allows nothing. Usually there is
   * none or one; a restricted session that became another one has several.
   */
  readonly sessionLayers: readonly (readonly CompiledPolicy[])[]
}

export interface PolicyQuestion {
  readonly action: string
  /** ARN; `*` for an action that is about no resource. */
  readonly resource: string
  readonly resourceAccountId: string
  readonly principal: PolicyPrincipal
  /** The repository's and the registry's policy, of which one has to allow, or the one trust policy. */
  readonly resourcePolicies: readonly CompiledPolicy[]
  /** Trust policies: a resource policy has to allow, also in the same account. */
  readonly needsResourceGrant?: boolean
  readonly context: ConditionContext
}
