import { AWS_CONDITION_KEYS } from './aws-condition-keys.ts'
import type { ConditionKeyType } from './condition-key-type.ts'
import { LADING_CONDITION_KEYS } from './lading-condition-keys.ts'

const KEYS = [...AWS_CONDITION_KEYS, ...LADING_CONDITION_KEYS].map(([key, type]) => [key.toLowerCase(), type] as const)
const EXACT: ReadonlyMap<string, ConditionKeyType> = new Map(KEYS.filter(([key]) => !key.endsWith('*')))
const PREFIXES = KEYS.filter(([key]) => key.endsWith('*')).map(([key, type]) => ({ prefix: key.slice(0, -1), type }))

/** @returns undefined if no such key is known */
export function conditionKeyTypeOf(key: string): ConditionKeyType | undefined {
  const lower = key.toLowerCase()
  return EXACT.get(lower) ?? PREFIXES.find(({ prefix }) => lower.startsWith(prefix) && lower !== prefix)?.type
}

/** `token.actions.githubusercontent.com:sub`, `oidc.circleci.com/org/x:…`: a claim of a token, after its issuer. */
export function isClaimKey(key: string): boolean {
  return /[./]/.test(key.slice(0, key.indexOf(':')))
}
