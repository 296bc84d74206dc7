import type { JsonObject } from '../strict-json.ts'
import { splitArn } from './arn-pattern.ts'
import { ARN_SEGMENTS } from './arn-text.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import { PatternError, type PatternToken } from './pattern-tokens.ts'
import { pickElement } from './pick-element.ts'
import type { PatternElement } from './policy-document.ts'
import type { PolicyKind } from './policy-kind.ts'
import { readTexts } from './policy-members.ts'

interface ResourceSetting {
  readonly kind: PolicyKind
  readonly hasVariables: boolean
}

const EVERYTHING = /^\*+$/

/** @throws {Refusal} `policy-malformed` */
export function readResources(
  statement: JsonObject,
  where: string,
  setting: ResourceSetting,
): PatternElement | undefined {
  const picked = pickElement(statement, 'Resource', where)
  if (picked === undefined) {
    if (setting.kind === 'repository' || setting.kind === 'trust') return undefined
    throw malformedPolicy(where, 'expected Resource or NotResource, got neither')
  }
  const place = `${where}.${picked.name}`
  if (setting.kind === 'trust') {
    throw malformedPolicy(place, 'a trust policy is about its role, and has no Resource element')
  }
  const patterns = readTexts(picked.value, place)
  for (const [index, pattern] of patterns.entries()) {
    const problem =
      setting.kind === 'repository' ? problemInRepository(pattern, picked.isNegated) : problemIn(pattern, setting)
    if (problem !== undefined) throw malformedPolicy(`${place}[${index}]`, `${problem}, got ${shown(pattern)}`)
  }
  return { isNegated: picked.isNegated, patterns }
}

function problemInRepository(pattern: string, isNegated: boolean): string | undefined {
  if (pattern === '*' && !isNegated) return undefined
  return 'a repository policy is about its repository: expected no Resource element, or "*"'
}

function problemIn(pattern: string, { hasVariables }: ResourceSetting): string | undefined {
  if (EVERYTHING.test(pattern)) return undefined
  if (!pattern.startsWith('arn:')) return 'expected "*" or an ARN'
  try {
    return problemInArn(splitArn(pattern, { hasVariables, hasWildcards: true }))
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

function problemInArn(segments: readonly (readonly PatternToken[])[]): string | undefined {
  if (segments.slice(0, ARN_SEGMENTS - 1).some((segment) => segment.some(({ kind }) => kind === 'variable'))) {
    return 'expected variables only after the fifth colon'
  }
  if (segments.length < ARN_SEGMENTS) {
    if (segments.at(-1)?.at(-1)?.kind === 'any-run') return undefined
    return 'expected six parts with colons between them, or a last part that ends with "*"'
  }
  if (segments[2]?.some(({ kind }) => kind !== 'text'))
    return 'the service, after the second colon, can have no wildcard'
  return undefined
}
