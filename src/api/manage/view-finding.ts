import type * as z from 'zod'
import type { LintFinding } from '../../core/lifecycle/lint/lint-finding.ts'
import type { findingView } from './lifecycle-fields.ts'

export function viewFinding({ severity, rule, code, message }: LintFinding): z.output<typeof findingView> {
  return { severity, ...(rule !== undefined && { rule }), code, message }
}
