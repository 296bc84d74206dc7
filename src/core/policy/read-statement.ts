import { isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import type { PolicyStatement } from './policy-document.ts'
import { isResourceKind, type PolicyKind } from './policy-kind.ts'
import { readObject } from './policy-members.ts'
import { readActions } from './read-actions.ts'
import { readConditions } from './read-conditions.ts'
import { readPrincipals } from './read-principals.ts'
import { readResources } from './read-resources.ts'

const ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const

export interface StatementSetting {
  readonly kind: PolicyKind
  readonly index: number
  readonly hasVariables: boolean
}

/** @throws {Refusal} `policy-malformed` */
export function readStatement(value: JsonValue, { kind, index, hasVariables }: StatementSetting): PolicyStatement {
  const where = placeOf(value, index)
  const statement = readObject(value, where, ELEMENTS)
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && typeof sid !== 'string') {
    throw malformedPolicy(`${where}.Sid`, `expected a text, got ${shown(sid)}`)
  }
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformedPolicy(`${where}.Effect`, `expected "Allow" or "Deny", got ${shown(effect)}`)
  }
  return {
    sid,
    effect,
    principal: isResourceKind(kind) ? readPrincipals(statement, where) : refusePrincipals(statement, where, kind),
    action: readActions(statement, where),
    resource: readResources(statement, where, { kind, hasVariables }),
    conditions: readConditions(statement.Condition, `${where}.Condition`, hasVariables),
  }
}

function placeOf(value: JsonValue, index: number): string {
  const sid = isJsonObject(value) ? value.Sid : undefined
  return typeof sid === 'string' && sid !== '' ? `Statement[${index}] (${sid.slice(0, 60)})` : `Statement[${index}]`
}

function refusePrincipals(statement: JsonObject, where: string, kind: PolicyKind): undefined {
  for (const name of ['Principal', 'NotPrincipal']) {
    if (statement[name] === undefined) continue
    throw malformedPolicy(
      `${where}.${name}`,
      `a policy of kind ${kind} is about whoever has it, and names no principal`,
    )
  }
}
