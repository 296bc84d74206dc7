/** How a value of the request is compared with one of the policy. `<` and `>` have the request's value on the left. */
export type Comparison =
  | 'string-equals'
  | 'string-equals-ignoring-case'
  | 'string-like'
  | 'numeric'
  | 'date'
  | 'bool'
  | 'binary'
  | 'ip'
  | 'arn'
  | 'null'
export type Relation = '=' | '<' | '<=' | '>' | '>='

interface BaseOperator {
  readonly comparison: Comparison
  readonly relation: Relation
  /** Holds if the comparison holds for none of the policy's values. */
  readonly isNegated: boolean
}

export interface ConditionOperator extends BaseOperator {
  /** As written, with prefix and suffix. */
  readonly name: string
  /** ForAnyValue or ForAllValues. */
  readonly set: 'any' | 'all' | undefined
  readonly isIfExists: boolean
}

const is = (comparison: Comparison, relation: Relation = '='): BaseOperator => ({
  comparison,
  relation,
  isNegated: false,
})
const isNot = (comparison: Comparison): BaseOperator => ({ comparison, relation: '=', isNegated: true })

/** iam.md 1.2. A map, as the name that is looked up is a stranger's. */
const OPERATORS: ReadonlyMap<string, BaseOperator> = new Map([
  ['StringEquals', is('string-equals')],
  ['StringNotEquals', isNot('string-equals')],
  ['StringEqualsIgnoreCase', is('string-equals-ignoring-case')],
  ['StringNotEqualsIgnoreCase', isNot('string-equals-ignoring-case')],
  ['StringLike', is('string-like')],
  ['StringNotLike', isNot('string-like')],
  ['NumericEquals', is('numeric')],
  ['NumericNotEquals', isNot('numeric')],
  ['NumericLessThan', is('numeric', '<')],
  ['NumericLessThanEquals', is('numeric', '<=')],
  ['NumericGreaterThan', is('numeric', '>')],
  ['NumericGreaterThanEquals', is('numeric', '>=')],
  ['DateEquals', is('date')],
  ['DateNotEquals', isNot('date')],
  ['DateLessThan', is('date', '<')],
  ['DateLessThanEquals', is('date', '<=')],
  ['DateGreaterThan', is('date', '>')],
  ['DateGreaterThanEquals', is('date', '>=')],
  ['Bool', is('bool')],
  ['BinaryEquals', is('binary')],
  ['IpAddress', is('ip')],
  ['NotIpAddress', isNot('ip')],
  ['ArnEquals', is('arn')],
  ['ArnLike', is('arn')],
  ['ArnNotEquals', isNot('arn')],
  ['ArnNotLike', isNot('arn')],
  ['Null', is('null')],
])

const ANY = 'ForAnyValue:'
const ALL = 'ForAllValues:'
const IF_EXISTS = 'IfExists'

/** @returns undefined if there is no such operator; `Null` has neither prefixes nor suffixes */
export function findConditionOperator(name: string): ConditionOperator | undefined {
  const set = name.startsWith(ANY) ? 'any' : name.startsWith(ALL) ? 'all' : undefined
  const bare = set === undefined ? name : name.slice(name.indexOf(':') + 1)
  const isIfExists = bare.endsWith(IF_EXISTS)
  const base = OPERATORS.get(isIfExists ? bare.slice(0, -IF_EXISTS.length) : bare)
  if (base === undefined || (base.comparison === 'null' && bare !== name)) return undefined
  if (base.comparison === 'null' && isIfExists) return undefined
  return { ...base, name, set, isIfExists }
}
