import { expect, test } from 'bun:test'
import {
  countMoreThan,
  ecrRule,
  FOUNDING_POLICY,
  pushedBefore,
  TRANSITION,
} from '../../../test/lifecycle/ecr-documents.ts'
import { beyond, kindOf, lint, lintEcr, V } from '../../../test/lifecycle/lint-rules.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import type { LadingPolicy, LadingRule, TagExpression } from './lading/lading-policy.ts'
import { lintEcrPolicy, lintLadingPolicy } from './lint-policy.ts'

test('lintEcrPolicy() names rules by their priorities', () => {
  expect(
    lintEcr(
      ecrRule(90, { ...pushedBefore(90) }),
      ecrRule(20, { tagStatus: 'tagged', tagPatternList: ['prod-eu*'], ...countMoreThan(1) }),
      ecrRule(10, { tagStatus: 'tagged', tagPatternList: ['prod*'], ...countMoreThan(10) }),
    ),
  ).toEqual(['error 20 dead-rule'])
  expect(lintEcr(ecrRule(1, { ...pushedBefore(30) }, TRANSITION))).toEqual([])
})

test('of the founding policy, what people are surprised by', () => {
  const findings = lintEcrPolicy(parseEcrPolicy(FOUNDING_POLICY))
  expect(findings.map(({ rule, code }) => `${rule} ${code}`)).toEqual([
    '1 pushed-clock',
    '1 hits-children',
    '2 hits-children',
  ])
})

test('a finding names the rules that decide before, and says what else to write', () => {
  const keep: LadingRule = { name: 'releases', select: V, action: 'keep' }
  const policy: LadingPolicy = { version: 'lading/lifecycle/v1', rules: [keep, { select: V, action: 'untag' }] }
  expect(lintLadingPolicy(policy, kindOf)).toEqual([
    {
      severity: 'error',
      rule: 2,
      code: 'dead-rule',
      message: 'It never decides on anything: rule releases decided on all that it selects.',
    },
  ])
})

test('a policy that is too large for its rules to be compared is not compared for ever', () => {
  const shared = Array.from({ length: 50 }, (_, index): TagExpression => `a${index}-*`)
  const rules = Array.from(
    { length: 60 },
    (_, index): LadingRule => ({
      select: { tags: { any: [...shared, `b${index}`] } },
      when: beyond(1 + index),
      action: 'expire',
    }),
  )
  expect(lint(rules)).toEqual(['warning undefined not-compared'])
})

test('nor are expressions that stand deep in each other', () => {
  const nested = (index: number) => {
    let tags: TagExpression = `*${index}*`
    for (let level = 0; level < 14; level++) {
      tags = level % 2 === 0 ? { all: [tags, `*b${level}*`] } : { any: [tags, `a${level}*`] }
    }
    return tags
  }
  const deep = Array.from(
    { length: 100 },
    (_, index): LadingRule => ({ select: { tags: nested(index) }, action: 'keep' }),
  )
  expect(lint(deep)).toContain('warning undefined not-compared')
})
