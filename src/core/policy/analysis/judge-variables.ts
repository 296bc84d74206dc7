import { hasVariables } from '../policy-document.ts'
import { type JudgedStatement, type PolicyFinding, warning } from './policy-finding.ts'

/** `${…}` where it is text: the most silent of IAM's traps (iam.md 1.2). */
export function judgeVariables({ document, statement, where }: JudgedStatement): PolicyFinding[] {
  if (hasVariables(document)) return []
  const inResource = statement.resource?.patterns.some(looksVariable) === true ? [`${where}.Resource`] : []
  const inConditions = statement.conditions
    .filter(({ values }) => values.some(looksVariable))
    .map(({ operator }) => `${where}.Condition.${operator.name}`)
  return [...inResource, ...inConditions].map((place) =>
    warning('variable-in-old-version', place, `\${…} is a variable only with "Version": "2012-10-17"; here it is text`),
  )
}

function looksVariable(text: string): boolean {
  return text.includes('${')
}
