import { isClaimKey } from '../catalogue/condition-key-type-of.ts'
import type { PolicyCondition } from '../policy-document.ts'
import { type JudgedStatement, type PolicyFinding, warning } from './policy-finding.ts'

/** A provider signs tokens for all who use it: without an audience and a subject, any of them gets the role (iam.md 4). */
export function judgeTrust({ kind, statement, where }: JudgedStatement): PolicyFinding[] {
  const isOpenId = statement.principal?.entries.some(
    ({ type, id }) => type === 'Federated' && !id.includes(':saml-provider/'),
  )
  if (kind !== 'trust' || statement.effect !== 'Allow' || isOpenId !== true) return []
  const claims = statement.conditions
    .filter(restrictsClaim)
    .map(({ key }) => key.slice(key.lastIndexOf(':') + 1).toLowerCase())
  const place = `${where}.Condition`
  const findings: PolicyFinding[] = []
  if (!claims.includes('aud')) {
    findings.push(
      warning(
        'trust-without-audience',
        place,
        'tokens that were made for others are taken; add StringEquals on the :aud of the provider',
      ),
    )
  }
  if (!claims.some((claim) => claim !== 'aud')) {
    findings.push(
      warning(
        'trust-without-subject',
        place,
        'everybody with a token of the provider gets the role; add a condition on its :sub, or on what else names a project',
      ),
    )
  }
  return findings
}

function restrictsClaim({ operator, key, values }: PolicyCondition): boolean {
  const isPositive =
    !operator.isNegated && !operator.isIfExists && operator.set !== 'all' && operator.comparison !== 'null'
  return (
    isPositive &&
    isClaimKey(key) &&
    !values.some((value) => /^\*+$/.test(value) && operator.comparison === 'string-like')
  )
}
