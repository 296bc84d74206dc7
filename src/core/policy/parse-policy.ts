import { compilePolicy } from './compile-policy.ts'
import { malformedPolicy } from './malformed-policy.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { PolicyKind } from './policy-kind.ts'
import { POLICY_CHARS, POLICY_STEPS } from './policy-limits.ts'
import { readPolicy } from './read-policy.ts'

/**
 * Reads a policy that somebody wants to store (iam.md 1.2): strict JSON of known elements, each of its form, of a size
 * and a cost that bound what any decision takes. Limits that depend on where it is stored are the caller's to ask.
 *
 * @throws {Refusal} `policy-malformed`, saying where and what is expected; `detail.where` says where, too
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  checkSize(text, kind)
  const document = readPolicy(text, kind)
  for (const [index, { principal }] of document.statements.entries()) {
    if (principal?.isNegated !== true) continue
    throw malformedPolicy(
      `Statement[${index}].NotPrincipal`,
      'NotPrincipal is not taken, as who it leaves out is easily got wrong; expected "Principal": "*" with a condition ' +
        'ArnNotEquals on aws:PrincipalArn',
    )
  }
  checkCost(document, kind)
  return document
}

function checkSize(text: string, kind: PolicyKind): void {
  const isEcr = kind === 'repository' || kind === 'registry'
  const chars = isEcr ? text.length : policyCharsOf(text)
  const most = POLICY_CHARS[kind]
  if (chars <= most) return
  const what = isEcr ? 'characters' : 'characters that are not white space'
  throw malformedPolicy('the document', `expected at most ${most} ${what}, got ${chars}`)
}

/** What counts of a policy of IAM: all characters but white space. */
export function policyCharsOf(text: string): number {
  let chars = 0
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x20) chars++
  return chars
}

function checkCost(document: PolicyDocument, kind: PolicyKind): void {
  const { worstSteps } = compilePolicy(document, { kind, name: '' })
  const most = POLICY_STEPS[kind]
  if (worstSteps <= most) return
  const share = Math.ceil((worstSteps / most) * 100)
  throw malformedPolicy(
    'the document',
    'its patterns would make every decision slow: expected fewer of those with text between two wildcards (`*a*`), and ' +
      `of those under ForAnyValue and ForAllValues; it has ${share} % of what a ${kind} policy may cost`,
  )
}
