import { describe, expect, test } from 'bun:test'
import {
  countMoreThan,
  EXPIRE,
  ecrRule,
  FOUNDING_POLICY,
  LIST_FORMS,
  pushedBefore,
  TRANSITION,
  taggedBy,
} from '../../../../test/lifecycle/ecr-documents.ts'
import { refusalOf } from '../../../../test/support/refusal-of.ts'
import type { EcrSelection } from './ecr-policy.ts'
import { parseEcrPolicy } from './parse-ecr-policy.ts'

const document = (...rules: unknown[]) => JSON.stringify({ rules })
const pulledBefore: Partial<EcrSelection> = { countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 }
const archivedBefore = (days: number): Partial<EcrSelection> => ({
  storageClass: 'archive',
  countType: 'sinceImageTransitioned',
  countUnit: 'days',
  countNumber: days,
})
const problemOf = (text: string) => {
  const { reason, message } = refusalOf(() => parseEcrPolicy(text))
  expect(reason).toBe('parameter-invalid')
  const wrapper =
    "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: "
  expect(message).toStartWith(wrapper)
  return message.slice(wrapper.length, -1)
}

/** ecr.md 2.5, in both list forms where there is a list. */
describe.each(LIST_FORMS)('valid policies, by %s', (form) => {
  const prod = taggedBy(form, ['prod'])
  test.each([
    ['P1, image age', [ecrRule(1, { ...prod, ...pushedBefore(14) })]],
    ['P1, as it was', [ecrRule(1, { tagStatus: 'untagged', ...pushedBefore(14) })]],
    ['P2, last pulled', [ecrRule(1, pulledBefore, TRANSITION)]],
    ['P3, age in the archive', [ecrRule(1, archivedBefore(365))]],
    ['P4, image count', [ecrRule(1, { tagStatus: 'untagged' })]],
    ['P5, archive by age', [ecrRule(1, { ...prod, ...pushedBefore(30) }, TRANSITION)]],
    ['P6, combined', [ecrRule(1, pushedBefore(30), TRANSITION), ecrRule(2, archivedBefore(365))]],
    ['D1, two lists', [ecrRule(1, { ...prod }), ecrRule(2, { ...taggedBy(form, ['beta']) })]],
    ['gaps, in any order', [ecrRule(90, {}), ecrRule(7, { tagStatus: 'untagged' }), ecrRule(30, prod)]],
    ['one untagged rule for each class', [ecrRule(1, { tagStatus: 'untagged' }), untaggedInArchive(2)]],
    ['one list in both classes', [ecrRule(1, prod), ecrRule(2, { ...prod, ...archivedBefore(90) })]],
    ['four wildcards', [ecrRule(1, { ...prod, [form]: ['*test*1*2*3', 'test*1*2*3*'] })]],
    ['50 rules', Array.from({ length: 50 }, (_, at) => ecrRule(at + 1, taggedBy(form, [`v${at}`])))],
    ['a description', [{ ...ecrRule(1, {}), description: 'Keep one' }]],
    ['the default class, said', [ecrRule(1, { storageClass: 'standard' })]],
  ])('%s', (_, rules) => {
    expect(parseEcrPolicy(document(...rules))).toEqual({ rules })
    expect(parseEcrPolicy(JSON.stringify({ rules }, undefined, 2))).toEqual({ rules })
  })
})

function untaggedInArchive(rulePriority: number) {
  return ecrRule(rulePriority, { tagStatus: 'untagged', ...archivedBefore(90) })
}

test('the policy that the project was founded on', () => {
  expect(parseEcrPolicy(FOUNDING_POLICY).rules).toEqual([
    ecrRule(1, { tagStatus: 'untagged', ...pushedBefore(7) }),
    ecrRule(2, countMoreThan(10)),
  ])
})

const any = ecrRule(1, {})
const without = (value: object, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
const { selection } = any

/** The rules of ecr.md 2.2, by their number; the words are ECR's where that page has them. */
test.each([
  ['V1, no JSON', 'rules', /^Could not map policyString into LifecyclePolicy\. Expected a value, got "r"/],
  ['V1, a list', '[]', /^Could not map policyString into LifecyclePolicy\. Expected an object\.$/],
  ['V1, a key twice', '{"rules":[],"rules":[]}', /^Could not map .* the key "rules" is there twice/i],
  ['V1, too deep', '['.repeat(99), /^Could not map .* nested more than 64 levels deep/i],
  ['V1, half of a pair', '{"rules":"\ud800"}', /^Could not map .* half of a surrogate pair/],
  ['V1, no rules', '{"no_rules":[]}', /^object has missing required properties \(\["rules"\]\)/],
  ['V1, rules that are none', '{"rules":{}}', /^object has missing required properties \(\["rules"\]\)/],
  ['V1, no rule', document(), /^array is too short/],
  [
    'V2, more than rules',
    '{"rules":[],"x":1}',
    /^object instance has properties which are not allowed by the schema: \(\["x"\]\)$/,
  ],
  [
    'V2, a rule that is none',
    document('rule'),
    /^instance type \(string\) does not match any allowed primitive type \(allowed: \["object"\]\), at rules\[0\]$/,
  ],
  ['V2, no priority', document(without(any, 'rulePriority')), /missing required properties \(\["rulePriority"\]\)/],
  ['V2, no selection', document(any, without(any, 'selection')), /\(\["selection"\]\), at rules\[1\]$/],
  ['V2, no action', document(without(any, 'action')), /missing required properties \(\["action"\]\)/],
  ['V2, neither', document({ rulePriority: 1 }), /missing required properties \(\["action", "selection"\]\)/],
  ['V2, unknown in a rule', document({ ...any, x: 1 }), /not allowed by the schema: \(\["x"\]\), at rules\[0\]$/],
  [
    'V2, unknown in a selection',
    document({ ...any, selection: { ...selection, tagPattern: [] } }),
    /not allowed by the schema: \(\["tagPattern"\]\), at rules\[0\]\.selection$/,
  ],
  ['V2, no tagStatus', document({ ...any, selection: without(selection, 'tagStatus') }), /\(\["tagStatus"\]\)/],
  ['V2, no countType', document({ ...any, selection: without(selection, 'countType') }), /\(\["countType"\]\)/],
  ['V2, no countNumber', document({ ...any, selection: without(selection, 'countNumber') }), /\(\["countNumber"\]\)/],
  ['V2, no type of action', document({ ...any, action: {} }), /\(\["type"\]\), at rules\[0\]\.action$/],
  [
    'V2, unknown in an action',
    document({ ...any, action: { ...EXPIRE, x: 1 } }),
    /\(\["x"\]\), at rules\[0\]\.action$/,
  ],
  [
    'V2, an action that there is not',
    document({ ...any, action: { type: 'keep' } }),
    /^instance value \(keep\) not found in enum :\(possible values: \["expire", "transition"\]\), at rules\[0\]\.action/,
  ],
  [
    'V2, a status that there is not',
    document({ ...any, selection: { ...selection, tagStatus: 'TAGGED' } }),
    /^instance value \(TAGGED\) not found in enum :\(possible values: \["any", "tagged", "untagged"\]\)/,
  ],
  [
    'V2, a count type that there is not',
    document({ ...any, selection: { ...selection, countType: 'age' } }),
    /^instance failed to match exactly one schema \(matched 0 out of 2\); expected one of imageCountMoreThan, /,
  ],
  [
    'V2, a count of 0',
    document(ecrRule(1, countMoreThan(0))),
    /^numeric instance is lower than the required minimum \(minimum: 1, found: 0\), at rules\[0\]\.selection\.countNumber$/,
  ],
  ['V2, half an image', document(ecrRule(1, countMoreThan(1.5))), /^instance type \(number\) .*\["integer"\]/],
  ['V2, a count in a text', document({ ...any, selection: { ...selection, countNumber: '1' } }), /type \(string\)/],
  [
    'V2, a list that is none',
    document(ecrRule(1, { tagStatus: 'tagged', tagPrefixList: 'v' as never })),
    /\["array"\]/,
  ],
  ['V2, an empty prefix', document(ecrRule(1, { tagStatus: 'tagged', tagPrefixList: [''] })), /^string is too short/],
  ['V2, NUL in a description', document({ ...any, description: '\0' }), /^instance must be .* without NUL/],
  ['V2, transition to nowhere', document({ ...any, action: { type: 'transition' } }), /\(\["targetStorageClass"\]\)/],
  [
    'V2, transition to standard',
    document({ ...any, action: { type: 'transition', targetStorageClass: 'standard' } }),
    /^instance value \(standard\) not found in enum :\(possible values: \["archive"\]\)/,
  ],
  ['V2, expire to a class', document({ ...any, action: { ...TRANSITION, type: 'expire' } }), /^targetStorageClass/],
  ['V3, priority 0', document(ecrRule(0, {})), /minimum: 1, found: 0\), at rules\[0\]\.rulePriority$/],
  ['V3, a priority twice', document(any, { ...any }), /^rulePriority must be unique, got 1 more than once\.$/],
  [
    'V4, tagged without a list',
    document(ecrRule(1, { tagStatus: 'tagged' })),
    /^Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED\.$/,
  ],
  [
    'V4, an empty list',
    document(ecrRule(1, { tagStatus: 'tagged', tagPatternList: [] })),
    /^Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED\.$/,
  ],
  [
    'V4, both lists',
    document(ecrRule(3, { tagStatus: 'tagged', tagPatternList: ['a*'], tagPrefixList: ['a'] })),
    /^Rule with rulePriority 3: Must specify either tagPrefixList or tagPatternList, not both\.$/,
  ],
  ['V5, any with a list', document(ecrRule(1, { tagPatternList: ['a'] })), /belong to tagStatus=TAGGED, not to ANY/],
  [
    'V5, untagged with a list',
    document(ecrRule(1, { tagStatus: 'untagged', tagPrefixList: [] })),
    /belong to tagStatus=TAGGED, not to UNTAGGED/,
  ],
  ...LIST_FORMS.map((form): [string, string, RegExp] => [
    `V6 and N3, too many wildcards in ${form}`,
    document(ecrRule(1, { tagStatus: 'tagged', [form]: ['a', 'test*1*2*3*4*5*6'] })),
    /^Rule with rulePriority 1: expected at most 4 wildcards \(\*\) in a tag pattern, got 'test\*1\*2\*3\*4\*5\*6'\.$/,
  ]),
  [
    'V7, any before another',
    document(any, ecrRule(2, { tagStatus: 'untagged' })),
    /^Rule for tagStatus=ANY must have the lowest priority per storage class$/,
  ],
  ['V7, any twice', document(any, ecrRule(2, pushedBefore(1))), /^Rule for tagStatus=ANY must have the lowest/],
  [
    'V8, two untagged rules',
    document(ecrRule(1, { tagStatus: 'untagged' }), ecrRule(2, { tagStatus: 'untagged', ...pushedBefore(1) })),
    /^Only one rule can select Untagged images per storage class$/,
  ],
  ...LIST_FORMS.map((form): [string, string, RegExp] => [
    `V9, the same ${form} twice`,
    document(ecrRule(1, taggedBy(form, ['a', 'b'])), ecrRule(4, { ...taggedBy(form, ['b', 'a']), ...pushedBefore(1) })),
    new RegExp(`^${form} must be unique among the rules of a storage class; rules 1 and 4 have the same\\.$`),
  ]),
  [
    'V10, a count in the archive',
    document(ecrRule(1, { storageClass: 'archive' })),
    /^Rule with rulePriority 1: storageClass must be standard when countType=imageCountMoreThan\.$/,
  ],
  [
    'V10, push in the archive',
    document(ecrRule(1, { ...pushedBefore(9), storageClass: 'archive' })),
    /must be standard/,
  ],
  [
    'V10, pull in the archive',
    document(ecrRule(1, { ...pulledBefore, storageClass: 'archive' }, TRANSITION)),
    /standard/,
  ],
  [
    'V10 and N2, transitioned in standard',
    document(ecrRule(1, without(archivedBefore(90), 'storageClass'))),
    /storageClass must be archive when countType=sinceImageTransitioned/,
  ],
  [
    'V11 and N1, pulled and expire',
    document(ecrRule(1, pulledBefore)),
    /^Rule with rulePriority 1: action type must be transition when countType=sinceImagePulled\.$/,
  ],
  ['V12, transitioned twice', document(ecrRule(1, archivedBefore(90), TRANSITION)), /action type must be expire/],
  ['V12 and N2, 89 days', document(ecrRule(1, archivedBefore(89))), /countNumber must be at least 90 .* got 89\.$/],
  [
    'V13, an age without unit',
    document(ecrRule(1, without(pushedBefore(1), 'countUnit'))),
    /^Rule with rulePriority 1: Must specify countUnit=days when countType=sinceImagePushed\.$/,
  ],
  [
    'V13, a count with one',
    document(ecrRule(1, { countUnit: 'days' })),
    /countUnit must not be specified when countType=imageCountMoreThan/,
  ],
  [
    'V13, hours',
    document({ ...any, selection: { ...pushedBefore(1), tagStatus: 'any', countUnit: 'hours' } }),
    /"days"/,
  ],
  [
    'V14, 51 rules',
    document(...Array.from({ length: 51 }, (_, at) => ecrRule(at + 1, taggedBy('tagPrefixList', [`v${at}`])))),
    /^array is too long: must have at most 50 elements but instance has 51 elements, at rules$/,
  ],
])('parseEcrPolicy() refuses %s', (_, text, expected) => {
  expect(problemOf(text)).toMatch(expected)
})

test('a policy has at most 30,720 characters', () => {
  const padded = (chars: number) => document(any).padEnd(chars, ' ')
  expect(parseEcrPolicy(padded(30_720)).rules).toHaveLength(1)
  expect(refusalOf(() => parseEcrPolicy(padded(30_721))).message).toBe(
    "Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: 'Member must have length less than or equal to 30720'",
  )
})
