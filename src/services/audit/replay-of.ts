import type { AuditContext, AuditReplay } from '../../core/audit/audit-record.ts'
import { boundedValue } from '../../core/audit/bounded-value.ts'
import type { Principal } from '../../core/principal.ts'

/** More than what fits into the token of a session; a record must not be as large as whoever asks likes. */
const MOST_CHARACTERS = 10_000
/** Halves of surrogate pairs and NUL, which no record can hold, as JSON writes them. */
const UNSTORABLE = /\\u(?:d[89a-f]|0000)/

/**
 * What a record needs to hold so that the decision can be made again. There is no secret in it: a session's policies and
 * tags are shown to whoever it is of.
 *
 * @param context as it was; where the record can hold only a part of it, nothing could be decided by that
 * @returns undefined where it cannot all be held
 */
export function replayOf(principal: Principal, context: AuditContext): AuditReplay | undefined {
  const replay = whoAsked(principal)
  const text = JSON.stringify([replay, context])
  if (text.length > MOST_CHARACTERS || UNSTORABLE.test(text)) return undefined
  return JSON.stringify(boundedValue(context)) === JSON.stringify(context) ? replay : undefined
}

function whoAsked(principal: Principal): AuditReplay {
  const { kind, accountId } = principal
  if (kind === 'anonymous') return { kind, accountId, id: '' }
  const { accessKeyId, session } = principal
  const common = { accountId, accessKeyId, ...(session !== undefined && { session }) }
  switch (principal.kind) {
    case 'root':
      return { ...common, kind: 'root', id: '' }
    case 'user':
      return { ...common, kind: 'user', id: principal.userId }
    case 'role-session':
      return { ...common, kind: 'role-session', id: principal.roleId, sessionName: principal.sessionName }
  }
}
