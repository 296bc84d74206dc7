import type { JsonObject, JsonValue } from '../strict-json.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import { pickElement } from './pick-element.ts'
import type { PrincipalElement, PrincipalEntry, PrincipalType } from './policy-document.ts'
import { readObject, readTexts } from './policy-members.ts'

export const PRINCIPAL_TYPES: readonly PrincipalType[] = ['AWS', 'Federated', 'Service', 'CanonicalUser']

const ACCOUNT_ID = /^[0-9]{12}$/
const UNIQUE_ID = /^[A-Z][A-Z0-9]{15,127}(?::[\w+=,.@-]{2,64})?$/
const PRINCIPAL_ARN = /^arn:[a-z-]{1,20}:(?:iam|sts)::[0-9]{12}:(?:root|[a-z-]+\/[\x21-\x7e]+)$/

/** @throws {Refusal} `policy-malformed` */
export function readPrincipals(statement: JsonObject, where: string): PrincipalElement {
  const picked = pickElement(statement, 'Principal', where)
  if (picked === undefined) throw malformedPolicy(where, 'expected Principal: whom it is about')
  return { isNegated: picked.isNegated, entries: readEntries(picked.value, `${where}.${picked.name}`) }
}

function readEntries(value: JsonValue, where: string): PrincipalEntry[] {
  if (value === '*') return [{ type: 'AWS', id: '*' }]
  if (typeof value === 'string') {
    throw malformedPolicy(where, `expected "*" or an object such as {"AWS": "111122223333"}, got ${shown(value)}`)
  }
  const object = readObject(value, where, PRINCIPAL_TYPES)
  const entries = PRINCIPAL_TYPES.flatMap((type) => {
    const ids = object[type] === undefined ? [] : readTexts(object[type], `${where}.${type}`)
    return ids.map((id, index) => checkEntry({ type, id }, `${where}.${type}[${index}]`))
  })
  if (entries.length === 0) throw malformedPolicy(where, 'expected at least one principal')
  return entries
}

function checkEntry(entry: PrincipalEntry, where: string): PrincipalEntry {
  const { type, id } = entry
  if (type === 'AWS' && id === '*') return entry
  if (/[*?]/.test(id)) {
    throw malformedPolicy(
      where,
      `a principal can have no wildcard in it, got ${shown(id)}; name "*" and restrict it by a condition on aws:PrincipalArn`,
    )
  }
  if (type === 'AWS' && ![ACCOUNT_ID, UNIQUE_ID, PRINCIPAL_ARN].some((form) => form.test(id))) {
    throw malformedPolicy(
      where,
      `expected an account id or the ARN of an account, a user, a role or a session, got ${shown(id)}`,
    )
  }
  return entry
}
