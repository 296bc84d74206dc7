import type { ConditionOperator } from './condition-operator.ts'

/** A policy as it was written, checked; plain data. */
export interface PolicyDocument {
  /** Variables exist in `2012-10-17` only; in the older version, and where none is given, `${…}` is text. */
  readonly version: '2008-10-17' | '2012-10-17' | undefined
  readonly statements: readonly PolicyStatement[]
}

export interface PolicyStatement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Undefined in the policies of identities, which are about whoever has them. */
  readonly principal: PrincipalElement | undefined
  readonly action: PatternElement
  /** Undefined in a repository policy: the repository. And in a trust policy: the role. */
  readonly resource: PatternElement | undefined
  readonly conditions: readonly PolicyCondition[]
}

/** `Action` or `Resource`; negated: `NotAction`, `NotResource`. At least one pattern. */
export interface PatternElement {
  readonly isNegated: boolean
  readonly patterns: readonly string[]
}

/** `Principal`; negated: `NotPrincipal`. At least one entry. */
export interface PrincipalElement {
  readonly isNegated: boolean
  readonly entries: readonly PrincipalEntry[]
}

export type PrincipalType = 'AWS' | 'Federated' | 'Service' | 'CanonicalUser'

export interface PrincipalEntry {
  readonly type: PrincipalType
  /** `*` is everybody, and of type AWS only: `"*"` and `{"AWS": "*"}` are the same. */
  readonly id: string
}

/** One key under one operator. Numbers and booleans among the values became text. */
export interface PolicyCondition {
  readonly operator: ConditionOperator
  readonly key: string
  readonly values: readonly string[]
}

export function hasVariables(document: PolicyDocument): boolean {
  return document.version === '2012-10-17'
}
