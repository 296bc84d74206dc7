import type { PolicyDocument, PolicyStatement } from '../policy-document.ts'
import type { PolicyKind } from '../policy-kind.ts'

/** What is allowed to stand in a policy, and is hardly meant so. */
export interface PolicyFinding {
  readonly severity: 'warning' | 'suggestion'
  readonly code: string
  /** For instance `Statement[1].Condition.StringLike`. */
  readonly where: string
  readonly message: string
}

/** A statement with what one has to know to judge it. */
export interface JudgedStatement {
  readonly document: PolicyDocument
  readonly kind: PolicyKind
  readonly statement: PolicyStatement
  /** `Statement[1]` */
  readonly where: string
}

export type StatementRule = (judged: JudgedStatement) => PolicyFinding[]

export function warning(code: string, where: string, message: string): PolicyFinding {
  return { severity: 'warning', code, where, message }
}

export function suggestion(code: string, where: string, message: string): PolicyFinding {
  return { severity: 'suggestion', code, where, message }
}
