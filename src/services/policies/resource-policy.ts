import { invalidParameter } from '../../core/ecr/invalid-parameter.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ParentScope } from '../../core/settings/scope.ts'
import { type Access, isAllowed } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { type SavedPolicyText, savePolicyText } from '../iam/policy-text.ts'
import { compileText } from '../identity/compile-text.ts'

/**
 * Checks a policy of ECR's and makes it what is stored.
 *
 * @param member how the input has it, in the message
 * @throws {Refusal} `parameter-invalid`; Terraform looks for ECR's words in it, and tries again for a principal that is
 *   not there yet
 */
export async function saveResourcePolicy(
  reader: Parameters<typeof savePolicyText>[0],
  accountId: string,
  text: string,
  kind: 'repository' | 'registry',
  member = 'PolicyText',
): Promise<SavedPolicyText> {
  try {
    return await savePolicyText(reader, accountId, text, kind)
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'policy-malformed') throw error
    throw invalidParameter(member, `Invalid ${kind} policy provided: ${error.message}`)
  }
}

/**
 * Keeps a caller from setting a policy that would take away the right to set another one.
 *
 * @param access setting the policy
 * @param policy the new one, as it would be stored; `above`: the scope whose it is, when that is no repository
 * @throws {Refusal} `parameter-invalid`
 */
export async function refuseLockOut(
  services: Services,
  caller: Caller,
  access: Access,
  policy: { readonly kind: 'repository' | 'registry'; readonly text: string; readonly above?: ParentScope },
): Promise<void> {
  const { kind, text, above: scope } = policy
  const compiled = compileText(text, { kind, name: `the new ${kind} policy` })
  const instead = scope === undefined ? { [kind]: compiled } : { above: { scope, policy: compiled } }
  if (await isAllowed(services, caller, { ...access, instead })) return
  throw invalidParameter(
    'PolicyText',
    `Invalid ${kind} policy provided: it would not let you set another policy` +
      (kind === 'repository' ? '; set it with force if that is meant' : ''),
  )
}
