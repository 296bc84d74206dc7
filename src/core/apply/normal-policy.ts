import { canonicalJson } from '../audit/canonical-json.ts'
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'

const LISTS: ReadonlySet<string> = new Set(['Action', 'NotAction', 'Resource', 'NotResource'])

/**
 * A policy of IAM's language in one of the spellings that mean the same: everything that may be a text or a list of texts
 * is a list in order, and an account is its ARN. For comparing, not for sending.
 */
export function normalPolicy(policy: JsonValue): JsonValue {
  if (!isJsonObject(policy)) return policy
  const statements = policy.Statement
  if (statements === undefined) return policy
  return { ...policy, Statement: (isJsonList(statements) ? statements : [statements]).map(normalStatement) }
}

function normalStatement(statement: JsonValue): JsonValue {
  if (!isJsonObject(statement)) return statement
  return mapMembers(statement, (value, name) => {
    if (LISTS.has(name)) return inOrder(value)
    if (name === 'Principal' || name === 'NotPrincipal') return normalPrincipal(value)
    return name === 'Condition' && isJsonObject(value) ? mapMembers(value, normalOperator) : value
  })
}

function normalOperator(keys: JsonValue): JsonValue {
  return isJsonObject(keys) ? mapMembers(keys, inOrder) : keys
}

function normalPrincipal(principal: JsonValue): JsonValue {
  if (!isJsonObject(principal)) return principal
  return mapMembers(principal, (value, type) => {
    if (type !== 'AWS') return inOrder(value)
    return inOrder((isJsonList(value) ? value : [value]).map(accountArn))
  })
}

function accountArn(principal: JsonValue): JsonValue {
  return typeof principal === 'string' && /^[0-9]{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal
}

function inOrder(value: JsonValue): JsonValue {
  return inByteOrder(isJsonList(value) ? value : [value])
}

/** A list whose order says nothing, without what is in it twice. */
export function inByteOrder(items: readonly JsonValue[]): readonly JsonValue[] {
  const bySpelling = new Map(items.map((item) => [canonicalJson(item), item]))
  return [...bySpelling.keys()].sort().map((spelling) => bySpelling.get(spelling) ?? null)
}

function mapMembers(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]))
}
