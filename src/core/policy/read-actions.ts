import type { JsonObject } from '../strict-json.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import { pickElement } from './pick-element.ts'
import type { PatternElement } from './policy-document.ts'
import { readTexts } from './policy-members.ts'

const ACTION = /^(?:\*|\*:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/
const WILDCARD = /[*?]/

/** @throws {Refusal} `policy-malformed` */
export function readActions(statement: JsonObject, where: string): PatternElement {
  const picked = pickElement(statement, 'Action', where)
  if (picked === undefined) throw malformedPolicy(where, 'expected Action or NotAction, got neither')
  const place = `${where}.${picked.name}`
  const patterns = readTexts(picked.value, place)
  for (const [index, pattern] of patterns.entries()) {
    if (ACTION.test(pattern)) continue
    const problem = WILDCARD.test(pattern.slice(0, pattern.indexOf(':')))
      ? 'the service, before the colon, can have no wildcard'
      : 'expected "*" or a service and an action, such as "ecr:BatchGetImage" or "ecr:Get*"'
    throw malformedPolicy(`${place}[${index}]`, `${problem}, got ${shown(pattern)}`)
  }
  return { isNegated: picked.isNegated, patterns }
}
