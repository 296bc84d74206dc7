import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'
import type { PolicyDocument, PrincipalEntry } from './policy-document.ts'

import { parsePolicyJson } from './read-policy.ts'
import { PRINCIPAL_TYPES } from './read-principals.ts'

/** Everybody whom a policy names, each once, in its order; `*` is nobody in particular, and left out. */
export function principalsOf(document: PolicyDocument): PrincipalEntry[] {
  const named = document.statements.flatMap(({ principal }) => principal?.entries ?? []).filter(({ id }) => id !== '*')
  return [...new Map(named.map((entry) => [`${entry.type} ${entry.id}`, entry])).values()]
}

/**
 * The same policy with other principals in it: unique ids to be stored, so that a role made again under an old name does
 * not inherit its trust, or ARNs to be shown. All else stays as it was, the order of members included; white space goes.
 *
 * @param text a policy that can be read
 * @param replace what stands for a principal; undefined: it stays
 * @throws {Refusal} `policy-malformed` if the text is not strict JSON
 */
export function withPrincipals(text: string, replace: (principal: string) => string | undefined): string {
  const root = parsePolicyJson(text)
  if (!isJsonObject(root) || root.Statement === undefined) return text
  const statement = isJsonList(root.Statement)
    ? root.Statement.map((one) => replaceInStatement(one, replace))
    : replaceInStatement(root.Statement, replace)
  return JSON.stringify(withMember(root, 'Statement', statement))
}

type Replace = (principal: string) => string | undefined

function replaceInStatement(statement: JsonValue, replace: Replace): JsonValue {
  if (!isJsonObject(statement)) return statement
  let replaced = statement
  for (const name of ['Principal', 'NotPrincipal']) {
    const element = statement[name]
    if (isJsonObject(element)) replaced = withMember(replaced, name, replaceInElement(element, replace))
  }
  return replaced
}

function replaceInElement(element: JsonObject, replace: Replace): JsonObject {
  let replaced = element
  for (const type of PRINCIPAL_TYPES) {
    const ids = element[type]
    if (ids !== undefined)
      replaced = withMember(
        replaced,
        type,
        isJsonList(ids) ? ids.map((id) => replaceId(id, replace)) : replaceId(ids, replace),
      )
  }
  return replaced
}

function replaceId(id: JsonValue, replace: Replace): JsonValue {
  return typeof id === 'string' && id !== '*' ? (replace(id) ?? id) : id
}

/** A member that is replaced keeps its place. */
function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  return Object.assign(Object.create(null), object, { [name]: value })
}
