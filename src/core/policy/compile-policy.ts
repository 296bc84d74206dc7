import { type CompiledStatement, compileStatement } from './compile-statement.ts'
import type { Evaluation } from './evaluation.ts'
import { hasVariables, type PolicyDocument } from './policy-document.ts'
import type { PolicySource } from './policy-source.ts'

export type { PolicySource } from './policy-source.ts'

/** A policy, ready to decide. It may be kept and asked for as long as the document does not change. */
export interface CompiledPolicy {
  readonly source: PolicySource
  /** Context keys that it reads, lower case. */
  readonly keys: ReadonlySet<string>
  /** The most steps that it costs a decision whose texts are as long as names may be. */
  readonly worstSteps: number
  /** The statements about an action; remembers them, as there are few actions. */
  statementsAbout(action: string, evaluation: Evaluation): StatementsAbout
}

export interface StatementsAbout {
  readonly allows: readonly CompiledStatement[]
  readonly denies: readonly CompiledStatement[]
}

/**
 * @param document as `parsePolicy` gives it, with unique ids in the places of the ARNs of users and roles: an ARN that
 *   was left is one of nobody
 */
export function compilePolicy(document: PolicyDocument, source: PolicySource): CompiledPolicy {
  const statements = document.statements.map((statement, index) =>
    compileStatement(statement, { index, hasVariables: hasVariables(document) }),
  )
  const index = new ActionIndex(statements)
  return {
    source,
    keys: new Set(statements.flatMap(({ keys }) => keys)),
    worstSteps: statements.reduce((sum, { worstSteps }) => sum + worstSteps, 0),
    statementsAbout: (action, evaluation) => index.find(action, evaluation),
  }
}

/** More than there are actions of ours; who asks what a policy would do may ask about any. */
const MOST_REMEMBERED = 256
const LONGEST_REMEMBERED = 64

class ActionIndex {
  readonly #statements: readonly CompiledStatement[]
  readonly #found = new Map<string, StatementsAbout>()

  constructor(statements: readonly CompiledStatement[]) {
    this.#statements = statements
  }

  find(action: string, evaluation: Evaluation): StatementsAbout {
    const known = this.#found.get(action)
    if (known !== undefined) return known
    const found = this.#look(action.toLowerCase(), evaluation)
    if (action.length <= LONGEST_REMEMBERED) {
      if (this.#found.size >= MOST_REMEMBERED) this.#found.clear()
      this.#found.set(action, found)
    }
    return found
  }

  #look(action: string, evaluation: Evaluation): StatementsAbout {
    const about = this.#statements.filter((statement) => statement.isAbout(action, evaluation))
    return {
      allows: about.filter(({ effect }) => effect === 'Allow'),
      denies: about.filter(({ effect }) => effect === 'Deny'),
    }
  }
}
