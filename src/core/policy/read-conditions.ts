import { parseIpRange } from '../ip-address.ts'
import type { JsonValue } from '../strict-json.ts'
import { type ConditionOperator, findConditionOperator } from './condition-operator.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import { parseDecimal } from './parse-decimal.ts'
import { parseInstant } from './parse-instant.ts'
import { PatternError, tokensOf } from './pattern-tokens.ts'
import type { PolicyCondition } from './policy-document.ts'
import { listOf, readObject } from './policy-members.ts'

const KEY = /^[^\s:]+:[^\s]+$/
const LONGEST_KEY = 512
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @throws {Refusal} `policy-malformed` */
export function readConditions(
  value: JsonValue | undefined,
  where: string,
  hasVariables: boolean,
): readonly PolicyCondition[] {
  if (value === undefined) return []
  return Object.entries(readObject(value, where)).flatMap(([name, block]) => {
    const place = `${where}.${name}`
    const operator = readOperator(name, where)
    return Object.entries(readObject(block, place)).map(([key, values]) => {
      if (key.length > LONGEST_KEY || !KEY.test(key)) {
        throw malformedPolicy(
          place,
          `expected a key with a service before a colon, such as aws:SourceIp, got ${shown(key)}`,
        )
      }
      return { operator, key, values: readValues(values, `${place}.${key}`, { operator, hasVariables }) }
    })
  })
}

function readOperator(name: string, where: string): ConditionOperator {
  const operator = findConditionOperator(name)
  if (operator === undefined) {
    throw malformedPolicy(
      where,
      `there is no condition operator ${shown(name)}; expected one such as StringEquals or ArnLike`,
    )
  }
  if (operator.set === 'any' && operator.isIfExists) {
    throw malformedPolicy(
      `${where}.${name}`,
      'what ForAnyValue with IfExists means without the key is not defined; expected one of them, and Null for the key',
    )
  }
  return operator
}

interface ValueSetting {
  readonly operator: ConditionOperator
  readonly hasVariables: boolean
}

function readValues(value: JsonValue, where: string, setting: ValueSetting): readonly string[] {
  return listOf(value, where).map((item, index) => {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') {
      throw malformedPolicy(`${where}[${index}]`, `expected a text, a number or a boolean, got ${shown(item)}`)
    }
    const text = String(item)
    const problem = problemWith(text, setting)
    if (problem !== undefined) throw malformedPolicy(`${where}[${index}]`, `${problem}, got ${shown(item)}`)
    return text
  })
}

function problemWith(text: string, { operator, hasVariables }: ValueSetting): string | undefined {
  switch (operator.comparison) {
    case 'numeric':
      return parseDecimal(text) === undefined ? 'expected a number' : undefined
    case 'date':
      return parseInstant(text) === undefined ? 'expected a date such as 2026-01-31T00:00:00Z' : undefined
    case 'ip':
      return parseIpRange(text) === undefined ? 'expected an IP address or range such as 10.0.0.0/8' : undefined
    case 'binary':
      return BASE64.test(text) ? undefined : 'expected Base64'
    case 'null':
      return isBoolean(text) ? undefined : 'expected true or false'
    case 'bool':
      return isBoolean(text) || (hasVariables && text.startsWith('${'))
        ? problemInText(text, hasVariables)
        : 'expected true or false'
    default:
      return problemInText(text, hasVariables)
  }
}

function isBoolean(text: string): boolean {
  return /^(?:true|false)$/i.test(text)
}

function problemInText(text: string, hasVariables: boolean): string | undefined {
  try {
    tokensOf(text, { hasVariables, hasWildcards: false })
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}
