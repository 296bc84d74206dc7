import { unknownPartOf } from '../catalogue/known-actions.ts'
import { shown } from '../malformed-policy.ts'
import { type JudgedStatement, type PolicyFinding, suggestion, warning } from './policy-finding.ts'

export function judgeActions({ statement, where }: JudgedStatement): PolicyFinding[] {
  const { isNegated, patterns } = statement.action
  const place = `${where}.${isNegated ? 'NotAction' : 'Action'}`
  const findings = patterns.flatMap((pattern, index) => {
    const unknown = unknownPartOf(pattern)
    if (unknown === undefined) return []
    const message =
      unknown === 'service'
        ? `no action of this installation belongs to the service in ${shown(pattern)}`
        : `there is no action ${shown(pattern)}`
    return [warning(`unknown-${unknown}`, `${place}[${index}]`, message)]
  })
  return [...findings, ...judgeRedundant(patterns, place)]
}

function judgeRedundant(patterns: readonly string[], place: string): PolicyFinding[] {
  const lower = patterns.map((pattern) => pattern.toLowerCase())
  return lower.flatMap((pattern, index) => {
    const service = `${pattern.slice(0, pattern.indexOf(':'))}:*`
    const isCovered =
      lower.indexOf(pattern) < index ||
      (pattern !== '*' && lower.includes('*')) ||
      (pattern !== service && lower.includes(service))
    if (!isCovered) return []
    return [
      suggestion('redundant-action', `${place}[${index}]`, `${shown(pattern)} is part of another entry of the list`),
    ]
  })
}
