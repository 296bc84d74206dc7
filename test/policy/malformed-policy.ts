import type { PolicyKind } from '../../src/core/policy/policy-kind.ts'

/** What is refused, where in it, and what the message says of it. */
export type MalformedPolicy = [name: string, kind: PolicyKind, text: string, where: string, problem: RegExp]
