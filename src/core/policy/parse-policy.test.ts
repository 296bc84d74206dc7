import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { variable } from '../../../test/policy/golden/golden-case.ts'
import { MALFORMED_CONDITIONS } from '../../../test/policy/malformed-conditions.ts'
import { MALFORMED_STATEMENTS } from '../../../test/policy/malformed-statements.ts'
import { grant, statement, policyText as text } from '../../../test/policy/policy-text.ts'
import { Refusal } from '../refusal.ts'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy-kind.ts'

const KINDS: readonly PolicyKind[] = ['identity', 'session', 'trust', 'repository', 'registry']

const refusal = (where: string, problem: string | RegExp) =>
  expect.objectContaining({
    reason: 'policy-malformed',
    message: expect.stringMatching(problem),
    detail: { where },
  })

describe('parsePolicy() refuses, saying where', () => {
  test.each([...MALFORMED_STATEMENTS, ...MALFORMED_CONDITIONS])('%s', (_, kind, policy, where, problem) => {
    expect(() => parsePolicy(policy, kind)).toThrow(refusal(where, problem))
  })

  test.each<[kind: PolicyKind, most: number, counted: string]>([
    ['identity', 10_240, 'not white space'],
    ['session', 2048, 'not white space'],
    ['trust', 4096, 'not white space'],
    ['repository', 10_240, 'at most 10240 characters,'],
    ['registry', 10_240, 'at most 10240 characters,'],
  ])('what is longer than a policy of kind %s may be', (kind, most, counted) => {
    const bare = text([], { Id: '' })
    const longest = text([], { Id: 'x'.repeat(most - bare.length) })
    expect(parsePolicy(longest, kind).statements).toEqual([])
    expect(() => parsePolicy(longest.replace('x', 'xx'), kind)).toThrow(refusal('the document', counted))
  })

  test('white space counts for ECR alone, but has an end for IAM, too', () => {
    const spaced = text([]).replace('[]', `[${' '.repeat(10_300)}]`)
    expect(parsePolicy(spaced, 'identity').statements).toEqual([])
    expect(() => parsePolicy(spaced, 'repository')).toThrow(refusal('the document', 'at most 10240'))
    expect(() => parsePolicy(`${spaced}${' '.repeat(131_072)}`, 'identity')).toThrow(
      refusal('the document', 'at most 131072'),
    )
  })
})

describe('parsePolicy() takes', () => {
  test.each<[name: string, kind: PolicyKind, text: string]>([
    ['no version', 'repository', JSON.stringify({ Statement: grant })],
    ['the old version', 'repository', text(grant, { Version: '2008-10-17' })],
    ['an Id', 'repository', text(grant, { Id: 'mine' })],
    [
      'Sids with spaces, twice, of a repository policy',
      'repository',
      text([
        { ...grant, Sid: 'new statement' },
        { ...grant, Sid: 'new statement' },
      ]),
    ],
    ['Sids with spaces of a registry policy', 'registry', text([{ ...grant, Sid: 'a b', Resource: '*' }])],
    [
      'an empty Sid',
      'identity',
      text([
        { ...statement, Sid: '' },
        { ...statement, Sid: '' },
      ]),
    ],
    ['* as resource of a repository policy', 'repository', text([{ ...grant, Resource: ['*'] }])],
    [
      'every form of a principal',
      'trust',
      text([
        {
          ...grant,
          Principal: {
            AWS: [
              '*',
              '111122223333',
              'arn:aws:iam::111122223333:root',
              'arn:aws-cn:iam::111122223333:role/a/b',
              'arn:aws:sts::111122223333:assumed-role/r/s',
              'AIDAUSERUSERUSERUSER',
              'AROAROLEROLEROLEROLE:ci@x',
            ],
            Federated: 'cognito-identity.amazonaws.com',
            Service: ['ecr.amazonaws.com'],
            CanonicalUser: 'abc',
          },
        },
      ]),
    ],
    [
      'numbers and booleans as values',
      'identity',
      text([
        {
          ...statement,
          Condition: { NumericEquals: { 'a:b': [1, '2.5'] }, Bool: { 'a:b': true }, StringEquals: { 'a:b': 1 } },
        },
      ]),
    ],
    [
      'what looks like a variable in the old version',
      'identity',
      text([{ ...statement, Resource: `arn:aws:ecr:*:*:${variable('')}` }], { Version: '2008-10-17' }),
    ],
    ['tabs and line feeds', 'identity', JSON.stringify(JSON.parse(text([statement])), null, '\t')],
  ])('%s', (_, kind, policy) => {
    expect(parsePolicy(policy, kind).statements.length).toBeGreaterThan(0)
  })

  test('a policy as plain data', () => {
    expect(
      parsePolicy(
        text({ ...grant, Sid: 'a', Condition: { 'ForAllValues:StringLikeIfExists': { 'aws:TagKeys': 'a*' } } }),
        'repository',
      ),
    ).toEqual({
      version: '2012-10-17',
      statements: [
        {
          sid: 'a',
          effect: 'Allow',
          principal: { isNegated: false, entries: [{ type: 'AWS', id: '*' }] },
          action: { isNegated: false, patterns: ['ecr:PutImage'] },
          resource: undefined,
          conditions: [
            {
              operator: {
                comparison: 'string-like',
                relation: '=',
                isNegated: false,
                name: 'ForAllValues:StringLikeIfExists',
                set: 'all',
                isIfExists: true,
              },
              key: 'aws:TagKeys',
              values: ['a*'],
            },
          ],
        },
      ],
    })
  })
})

describe('parsePolicy() throws refusals alone', () => {
  const refusesOrParses = (policy: string) => {
    for (const kind of KINDS) {
      try {
        parsePolicy(policy, kind)
      } catch (error) {
        if (!(error instanceof Refusal) || error.reason !== 'policy-malformed') throw error
      }
    }
  }

  test('for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), refusesOrParses), { numRuns: 500 })
  })

  test('for any JSON', () => {
    fc.assert(fc.property(fc.json({ stringUnit: 'binary' }), refusesOrParses), { numRuns: 500 })
  })

  const word = fc.constantFrom(
    '*',
    'Allow',
    'Deny',
    'ecr:*',
    'arn:aws:ecr:*:*:*',
    'arn:',
    '111122223333',
    '__proto__',
    'a:b',
    '',
    `${variable('a:b')}*`,
    variable("a:b, '"),
  )
  const name = fc.constantFrom(
    'AWS',
    'Federated',
    'StringLike',
    'ForAnyValue:IpAddress',
    'Null',
    'DateEquals',
    'aws:SourceIp',
    'constructor',
    'toString',
    '__proto__',
  )
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  })).value
  const element = fc.constantFrom(
    'Sid',
    'Effect',
    'Principal',
    'NotPrincipal',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Condition',
  )

  test('for what is nearly a policy', () => {
    const statements = fc.array(fc.dictionary(element, value), { maxLength: 3 })
    fc.assert(
      fc.property(statements, fc.boolean(), (list, isWhole) => {
        const filled = isWhole ? list.map((one) => ({ ...grant, Resource: '*', ...one })) : list
        refusesOrParses(text(filled))
        refusesOrParses(text(filled.map((one) => ({ ...one, Principal: undefined }))))
      }),
      { numRuns: 2000 },
    )
  })
})
