import { Refusal } from '../../core/refusal.ts'

const LONGEST_SHOWN = 256

/**
 * A refusal in the grammar that STS and IAM have for a parameter of the wrong form, read off their answers (`aws iam
 * create-user --path x`, and many like it in issue trackers).
 *
 * @param member as the API's model names it, such as `userName` or `tags.1.member.key`
 * @param value what was given; undefined for nothing
 * @param constraint such as `Member must have length less than or equal to 64`
 */
export function validationError(member: string, value: string | undefined, constraint: string): Refusal {
  const shown = value === undefined ? 'null' : `'${shorten(value)}'`
  return new Refusal(
    'parameter-invalid',
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}

function shorten(text: string): string {
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
  return shown.replace(/\p{Cc}/gu, '\ufffd').toWellFormed()
}
