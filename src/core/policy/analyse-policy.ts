import { judgeActions } from './analysis/judge-actions.ts'
import { judgeConditions } from './analysis/judge-conditions.ts'
import { judgePrincipals } from './analysis/judge-principals.ts'
import { judgeResources } from './analysis/judge-resources.ts'
import { judgeTrust } from './analysis/judge-trust.ts'
import { judgeVariables } from './analysis/judge-variables.ts'
import { type PolicyFinding, type StatementRule, suggestion, warning } from './analysis/policy-finding.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { PolicyKind } from './policy-kind.ts'

export type { PolicyFinding } from './analysis/policy-finding.ts'

const RULES: readonly StatementRule[] = [
  judgePrincipals,
  judgeActions,
  judgeResources,
  judgeVariables,
  judgeConditions,
  judgeTrust,
]

/**
 * What of a policy is hardly meant as it is written, after the checks of AWS's analyser (iam.md 1.8). Nothing of it keeps
 * a policy from being stored.
 *
 * @returns in the order of the statements
 */
export function analysePolicy(document: PolicyDocument, kind: PolicyKind): PolicyFinding[] {
  if (document.statements.length === 0) {
    return [suggestion('empty-statement', 'Statement', 'the policy has no statements: it neither allows nor denies')]
  }
  const seen = new Set<string>()
  const ofStatements = document.statements.flatMap((statement, index) => {
    const where = `Statement[${index}]`
    const findings = RULES.flatMap((judge) => judge({ document, kind, statement, where }))
    if (statement.sid === '') findings.push(suggestion('empty-sid', `${where}.Sid`, 'the Sid is empty'))
    const content = JSON.stringify({ ...statement, sid: undefined })
    if (seen.has(content)) {
      findings.push(suggestion('redundant-statement', where, 'another statement before says the same'))
    }
    seen.add(content)
    return findings
  })
  return [...judgeVersion(document, kind), ...ofStatements]
}

/** Identity policies are where variables are: those of repositories are often without a version, and mean nothing by it. */
function judgeVersion({ version }: PolicyDocument, kind: PolicyKind): PolicyFinding[] {
  if (version !== undefined || kind !== 'identity') return []
  const message = `there is no Version, so it is 2008-10-17, where \${…} is text; expected "Version": "2012-10-17"`
  return [warning('missing-version', 'Version', message)]
}
