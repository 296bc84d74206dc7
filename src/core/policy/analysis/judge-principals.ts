import { type JudgedStatement, type PolicyFinding, warning } from './policy-finding.ts'

/** `"*"` is everybody, in every account and anonymous; most who write it mean their own account. */
export function judgePrincipals({ statement, where }: JudgedStatement): PolicyFinding[] {
  const { principal, effect, conditions } = statement
  if (effect !== 'Allow' || principal === undefined || conditions.length > 0) return []
  if (!principal.entries.some(({ id }) => id === '*')) return []
  return [
    warning(
      'open-principal',
      `${where}.Principal`,
      'everybody is allowed, in every account and without signing in, too; name accounts or roles, or add a condition ' +
        'such as StringEquals on aws:PrincipalOrgID',
    ),
  ]
}
