import { expand, fits, fitsArn, lookUp, type NaiveContext } from './naive-pattern.ts'

/** Told of every comparison, so that a run can say what it reached. */
export type Witness = (what: string) => void

export interface ConditionSetting {
  readonly variables: boolean
  readonly context: NaiveContext
  readonly witness: Witness
}

type Scalar = string | number | boolean

/** iam.md 1.2: all operators and all keys have to hold. */
export function conditionsHold(block: unknown, setting: ConditionSetting): boolean {
  let all = true
  for (const [operator, keys] of Object.entries((block ?? {}) as Record<string, Record<string, Scalar | Scalar[]>>)) {
    for (const [key, value] of Object.entries(keys)) {
      const values = (Array.isArray(value) ? value : [value]).map(String)
      const holds = conditionHolds(operator, lookUp(key, setting.context), values, setting)
      setting.witness(`${operator} ${holds}`)
      all = all && holds
    }
  }
  return all
}

function conditionHolds(
  operator: string,
  given: string | readonly string[] | undefined,
  values: readonly string[],
  setting: ConditionSetting,
): boolean {
  if (operator === 'Null') return values.some((value) => (value.toLowerCase() === 'true') === (given === undefined))
  const match = /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(operator)
  const base = match?.[2] ?? ''
  const isNegated = base.includes('Not')
  const one = (text: string) =>
    values.some((value) => compares(base.replace('Not', ''), text, value, setting)) !== isNegated
  const all = given === undefined ? [] : typeof given === 'string' ? [given] : given
  if (match?.[1] === 'ForAnyValue:') return all.some(one)
  if (match?.[1] === 'ForAllValues:') return all.every(one)
  if (given === undefined) return isNegated || match?.[3] === 'IfExists'
  if (typeof given !== 'string') {
    setting.witness('list without set operator')
    return false
  }
  return one(given)
}

/** `base` without its Not. */
function compares(
  base: string,
  text: string,
  value: string,
  { variables, context, witness }: ConditionSetting,
): boolean {
  const isCaseless = base.endsWith('IgnoreCase') || base === 'Bool'
  const isText = base.startsWith('String') || base === 'Bool' || base.startsWith('Arn')
  if (isText) {
    const wildcards = base === 'StringLike' || base.startsWith('Arn')
    const items = expand(value, { variables, wildcards, context })
    if (variables && value.includes('${'))
      witness(items === undefined ? 'variable without value' : 'variable with value')
    if (items === undefined) return false
    if (base.startsWith('Arn')) return fitsArn(items, text)
    if (!isCaseless) return fits(items, text)
    return (
      items
        .map(({ char }) => char)
        .join('')
        .toLowerCase() === text.toLowerCase()
    )
  }
  if (base === 'BinaryEquals') return text === value
  if (base === 'IpAddress') return inRange(text, value)
  const numbers = base.startsWith('Numeric')
  const left = numbers ? numberOf(text) : dateOf(text)
  const right = numbers ? numberOf(value) : dateOf(value)
  if (Number.isNaN(left) || Number.isNaN(right)) return false
  const relation = base.replace(/^(?:Numeric|Date)/, '')
  if (relation === 'Equals') return left === right
  if (relation === 'LessThan') return left < right
  if (relation === 'LessThanEquals') return left <= right
  return relation === 'GreaterThan' ? left > right : left >= right
}

function numberOf(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

function dateOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN
}

function inRange(address: string, range: string): boolean {
  const [base = '', prefix] = range.split('/')
  const from = ipOf(base)
  const given = ipOf(address)
  if (from === undefined || given === undefined) return false
  const isV4 = (ip: bigint) => ip >> 32n === 0xffffn
  const bits = prefix === undefined ? 128 : Number(prefix) + (base.includes(':') ? 0 : 96)
  // Written as IPv6, an IPv4 address is one; but a range that is wider than all of IPv4 is one of IPv6 alone.
  if (isV4(given) && bits < 96) return false
  const rest = BigInt(128 - bits)
  return from >> rest === given >> rest
}

/** As 128 bits, IPv4 as `::ffff:a.b.c.d`. */
function ipOf(text: string): bigint | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const octets = text.split('.').map(Number)
    if (octets.some((octet) => octet > 255)) return undefined
    return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0xffffn)
  }
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return undefined
  const hex = text.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) => `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`,
  )
  const [head = '', tail] = hex.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}
