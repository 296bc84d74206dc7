import { type JudgedStatement, type PolicyFinding, warning } from './policy-finding.ts'

const IN_TRUST =
  'every user and role may assume it, in this account without another policy, in others as soon as their own policies allow it'
const IN_RESOURCE =
  'every account is meant: this one’s users and roles are allowed without another policy, those of others as soon as ' +
  'their own policies allow it, and on an anonymous listener nobody has to sign in'

/** `"*"` is everybody, in every account; most who write it mean their own account. */
export function judgePrincipals({ statement, kind, where }: JudgedStatement): PolicyFinding[] {
  const { principal, effect, conditions } = statement
  if (effect !== 'Allow' || principal === undefined || conditions.length > 0) return []
  if (!principal.entries.some(({ id }) => id === '*')) return []
  return [
    warning(
      'open-principal',
      `${where}.Principal`,
      `${kind === 'trust' ? IN_TRUST : IN_RESOURCE}; name accounts or roles, or add a condition such as StringEquals on ` +
        'aws:PrincipalOrgID',
    ),
  ]
}
