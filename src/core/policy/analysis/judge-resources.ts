import { splitArn } from '../arn-pattern.ts'
import { ARN_SEGMENTS } from '../arn-text.ts'
import { shown } from '../malformed-policy.ts'
import type { PatternToken } from '../pattern-tokens.ts'
import { hasVariables, type PolicyStatement } from '../policy-document.ts'
import { type JudgedStatement, type PolicyFinding, suggestion, warning } from './policy-finding.ts'

const REPOSITORY = 'repository/'

export function judgeResources({ document, statement, where }: JudgedStatement): PolicyFinding[] {
  const { resource } = statement
  if (resource === undefined) return []
  const place = `${where}.${resource.isNegated ? 'NotResource' : 'Resource'}`
  const ofEach = resource.patterns.flatMap((pattern, index) => [
    ...judgeArn(pattern, `${place}[${index}]`, hasVariables(document)),
    ...judgeRedundant(resource.patterns, index, `${place}[${index}]`),
  ])
  return [...judgeToken(statement, place), ...ofEach]
}

/** A token is for a registry and not for a repository, so AWS decides on `*` (ecr.md 5.1), which no ARN fits. */
function judgeToken({ action, resource }: PolicyStatement, place: string): PolicyFinding[] {
  const named = action.isNegated ? undefined : action.patterns.find(isTokenAction)
  if (named === undefined || resource === undefined || resource.isNegated) return []
  if (resource.patterns.some((pattern) => /^\*+$/.test(pattern))) return []
  const message = `${named} is decided on all resources: with another Resource than "*" the statement says nothing of it`
  return [warning('token-without-any-resource', place, message)]
}

/** Whatever begins so can be no other action. */
function isTokenAction(pattern: string): boolean {
  return pattern.toLowerCase().startsWith('ecr:getauth')
}

/** An ARN in a Resource element or in a condition. */
export function judgeArn(pattern: string, place: string, canVary: boolean): PolicyFinding[] {
  if (!pattern.startsWith('arn:')) return []
  const segments = splitArn(pattern, { hasVariables: canVary, hasWildcards: true })
  const findings: PolicyFinding[] = []
  if (
    segments.slice(0, 3).some((segment, index) => index !== 1 && segment.some(({ kind }) => kind.startsWith('any-')))
  ) {
    findings.push(warning('wildcard-service', place, `the service of ${shown(pattern)} has a wildcard in it; name it`))
  }
  const end = segments.length === ARN_SEGMENTS ? segments[ARN_SEGMENTS - 1] : undefined
  const last = end?.at(-2)
  const isOpenEnded =
    end?.at(-1)?.kind === 'any-run' && last !== undefined && !(last.kind === 'text' && /[/:-]$/.test(last.text))
  const first = end?.[0]
  if (isUnknownType(segments)) {
    const message = `ECR has no such resource as ${shown(pattern)}; expected arn:aws:ecr:REGION:ACCOUNT:repository/NAME`
    findings.push(warning('unknown-resource-type', place, message))
  }
  if (isOpenEnded && first?.kind === 'text' && first.text.startsWith(REPOSITORY)) {
    findings.push(
      warning(
        'prefix-without-slash',
        place,
        `${shown(pattern)} fits other names that begin so, too, as team-a* fits team-abc/app; expected "/" before the last "*"`,
      ),
    )
  }
  return findings
}

/** ECR's policies know repositories alone. */
function isUnknownType(segments: readonly PatternToken[][]): boolean {
  const service = segments[2]?.[0]
  const [first, ...more] = segments[ARN_SEGMENTS - 1] ?? []
  if (service?.kind !== 'text' || service.text !== 'ecr' || segments[2]?.length !== 1 || first?.kind !== 'text')
    return false
  return !(first.text.startsWith(REPOSITORY) || (more.length > 0 && REPOSITORY.startsWith(first.text)))
}

function judgeRedundant(patterns: readonly string[], index: number, place: string): PolicyFinding[] {
  const pattern = patterns[index]
  const isCovered =
    pattern !== undefined && (patterns.indexOf(pattern) < index || (pattern !== '*' && patterns.includes('*')))
  if (!isCovered) return []
  return [suggestion('redundant-resource', place, `${shown(pattern)} is part of another entry of the list`)]
}
