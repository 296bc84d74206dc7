import { describe, expect, test } from 'bun:test'
import { variable } from '../../../test/policy/golden/golden-case.ts'
import { analysePolicy } from './analyse-policy.ts'
import { parsePolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy-kind.ts'

const allow = { Effect: 'Allow', Action: 'ecr:PutImage', Resource: '*' }
const token = { ...allow, Action: 'ecr:GetAuthorizationToken' }
const grant = { Effect: 'Allow', Principal: '*', Action: 'ecr:PutImage' }
const account = { ...grant, Principal: { AWS: '111122223333' } }
const onlyIf = (operator: string, key: string, value: unknown) => ({
  ...allow,
  Condition: { [operator]: { [key]: value } },
})
const GITHUB = 'token.actions.githubusercontent.com'
const trust = (condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${GITHUB}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
})
const aud = { StringEquals: { [`${GITHUB}:aud`]: 'lading' } }

function findings(kind: PolicyKind, statements: unknown, version: string | null = '2012-10-17'): string[] {
  const text = JSON.stringify({ ...(version !== null && { Version: version }), Statement: statements })
  const document = parsePolicy(text, kind)
  return analysePolicy(document, kind).map(({ severity, code, where }) => `${severity} ${code} ${where}`)
}

describe('analysePolicy() finds', () => {
  test.each<[kind: PolicyKind, statements: unknown, found: string]>([
    ['identity', { ...allow, Action: 'ecr:PutImages' }, 'warning unknown-action Statement[0].Action[0]'],
    [
      'identity',
      [allow, { ...allow, Action: ['ecr:BatchGetImage', 'ecr:Foo*'] }],
      'warning unknown-action Statement[1].Action[1]',
    ],
    ['identity', { ...allow, Action: 's3:GetObject' }, 'warning unknown-service Statement[0].Action[0]'],
    [
      'identity',
      { Effect: 'Deny', NotAction: 'iam:Nothing', Resource: '*' },
      'warning unknown-action Statement[0].NotAction[0]',
    ],
    [
      'identity',
      { ...allow, Action: ['ecr:PutImage', 'ECR:putimage'] },
      'suggestion redundant-action Statement[0].Action[1]',
    ],
    ['identity', { ...allow, Action: ['ecr:PutImage', 'ecr:*'] }, 'suggestion redundant-action Statement[0].Action[0]'],
    ['identity', { ...allow, Action: ['ecr:PutImage', '*'] }, 'suggestion redundant-action Statement[0].Action[0]'],
    ['repository', grant, 'warning open-principal Statement[0].Principal'],
    ['trust', { ...grant, Principal: { AWS: ['111122223333', '*'] } }, 'warning open-principal Statement[0].Principal'],
    [
      'identity',
      { ...token, Resource: 'arn:aws:ecr:*:*:repository/team-a/*' },
      'warning token-without-any-resource Statement[0].Resource',
    ],
    [
      'identity',
      { ...token, Action: ['ECR:GetAuth*', 'ecr:BatchGetImage'], Resource: ['arn:aws:ecr:*:*:*'] },
      'warning token-without-any-resource Statement[0].Resource',
    ],
    [
      'identity',
      { ...allow, Resource: 'arn:aws:ecr:*:*:repo/team-a/*' },
      'warning unknown-resource-type Statement[0].Resource[0]',
    ],
    [
      'identity',
      { ...allow, Resource: ['arn:aws:ecr:*:*:repository/team-a/*', 'arn:aws:ecr:us-east-1:111122223333:team-a'] },
      'warning unknown-resource-type Statement[0].Resource[1]',
    ],
    [
      'identity',
      { ...allow, Resource: 'arn:aws:ecr:*:*:repository' },
      'warning unknown-resource-type Statement[0].Resource[0]',
    ],
    [
      'identity',
      { Effect: 'Deny', Action: 'ecr:*', NotResource: 'arn:aws:ecr:*:*:Repository/team-a/*' },
      'warning unknown-resource-type Statement[0].NotResource[0]',
    ],
    [
      'identity',
      { ...allow, Resource: 'arn:aws:ecr:*:*:repository/team-a*' },
      'warning prefix-without-slash Statement[0].Resource[0]',
    ],
    [
      'registry',
      {
        ...account,
        Resource: ['arn:aws:ecr:*:*:repository/a', `arn:aws:ecr:*:*:repository/${variable('aws:PrincipalTag/team')}*`],
      },
      'warning prefix-without-slash Statement[0].Resource[1]',
    ],
    [
      'identity',
      onlyIf('ArnLike', 'aws:SourceArn', 'arn:aws:ecr:*:*:repository/team-a*'),
      'warning prefix-without-slash Statement[0].Condition.ArnLike',
    ],
    ['identity', { ...allow, Resource: 'arn:aws:*' }, 'warning wildcard-service Statement[0].Resource[0]'],
    [
      'identity',
      onlyIf('ArnLike', 'aws:SourceArn', 'arn:aws:e*:*:*:*'),
      'warning wildcard-service Statement[0].Condition.ArnLike',
    ],
    [
      'identity',
      { ...allow, Resource: ['*', 'arn:aws:ecr:*:*:*'] },
      'suggestion redundant-resource Statement[0].Resource[1]',
    ],
    [
      'identity',
      onlyIf('StringEquals', 'aws:PrincipalTags/team', 'a'),
      'warning unknown-condition-key Statement[0].Condition.StringEquals',
    ],
    [
      'identity',
      onlyIf('StringEquals', 'aws:PrincipalTag/', 'a'),
      'warning unknown-condition-key Statement[0].Condition.StringEquals',
    ],
    [
      'identity',
      onlyIf('StringEquals', 'aws:PrincipalTag/team', 'a*'),
      'warning wildcard-in-equals Statement[0].Condition.StringEquals',
    ],
    [
      'identity',
      onlyIf('StringNotEqualsIgnoreCase', 'aws:PrincipalTag/team', ['a', 'b?']),
      'warning wildcard-in-equals Statement[0].Condition.StringNotEqualsIgnoreCase',
    ],
    [
      'identity',
      onlyIf('StringEquals', 'aws:TagKeys', 'a'),
      'warning list-without-set-operator Statement[0].Condition.StringEquals',
    ],
    [
      'identity',
      onlyIf('ForAnyValue:StringEquals', 'aws:PrincipalTag/team', 'a'),
      'suggestion set-operator-for-single-value Statement[0].Condition.ForAnyValue:StringEquals',
    ],
    [
      'identity',
      onlyIf('ForAllValues:StringEquals', 'aws:TagKeys', 'a'),
      'warning for-all-values-allows-none Statement[0].Condition.ForAllValues:StringEquals',
    ],
    [
      'identity',
      onlyIf('StringEquals', 'aws:PrincipalTag/team', ['a', 'a']),
      'suggestion redundant-value Statement[0].Condition.StringEquals',
    ],
    [
      'trust',
      trust({ StringLike: { [`${GITHUB}:sub`]: 'repo:o/r:*' } }),
      'warning trust-without-audience Statement[0].Condition',
    ],
    ['trust', trust(aud), 'warning trust-without-subject Statement[0].Condition'],
    [
      'trust',
      trust({ ...aud, StringLike: { [`${GITHUB}:sub`]: '*' } }),
      'warning trust-without-subject Statement[0].Condition',
    ],
    [
      'trust',
      trust({ ...aud, StringNotEquals: { [`${GITHUB}:sub`]: 'x' } }),
      'warning trust-without-subject Statement[0].Condition',
    ],
    ['identity', [], 'suggestion empty-statement Statement'],
    ['identity', { ...allow, Sid: '' }, 'suggestion empty-sid Statement[0].Sid'],
    [
      'identity',
      [
        { ...allow, Sid: 'a' },
        { ...allow, Sid: 'b' },
      ],
      'suggestion redundant-statement Statement[1]',
    ],
  ])('in a policy of kind %s %j', (kind, statements, found) => {
    expect(findings(kind, statements)).toEqual([found])
  })

  test('variables in the old version', () => {
    const statement = {
      ...onlyIf('StringEquals', 'aws:ResourceTag/team', variable('aws:PrincipalTag/team')),
      Resource: `arn:aws:ecr:*:*:repository/${variable('aws:PrincipalTag/team')}/*`,
    }
    expect(findings('identity', statement, '2008-10-17')).toEqual([
      'warning variable-in-old-version Statement[0].Resource',
      'warning variable-in-old-version Statement[0].Condition.StringEquals',
    ])
    expect(findings('identity', statement)).toEqual([])
  })
})

test.each<[kind: PolicyKind, statement: object, found: string[]]>([
  ['identity', allow, ['warning missing-version Version']],
  ['repository', account, []],
  ['trust', { ...account, Action: 'sts:AssumeRole' }, []],
])('analysePolicy() asks for the version of a policy of kind %s', (kind, statement, found) => {
  expect(findings(kind, statement, null)).toEqual(found)
})

test.each<[kind: PolicyKind, action: string, nobody: boolean]>([
  ['repository', 'ecr:PutImage', true],
  ['trust', 'sts:AssumeRole', false],
])('analysePolicy() says who everybody is in a policy of kind %s', (kind, action, nobody) => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: { ...grant, Action: action } })
  const [finding] = analysePolicy(parsePolicy(text, kind), kind)
  expect(finding?.message).toContain('as soon as their own policies allow it')
  expect(finding?.message.includes('on an anonymous listener')).toBe(nobody)
})

describe('analysePolicy() finds nothing', () => {
  test.each<[kind: PolicyKind, statements: unknown]>([
    [
      'identity',
      {
        ...allow,
        Action: [
          'ecr:BatchGet*',
          'sts:AssumeRole',
          'iam:Get*',
          'lading:CreateAccount',
          'cloudtrail:LookupEvents',
          'ECR:?utImage',
        ],
      },
    ],
    ['identity', token],
    ['identity', { ...token, Action: 'ecr:*', Resource: 'arn:aws:ecr:*:*:repository/team-a/*' }],
    ['identity', { Effect: 'Allow', Action: token.Action, NotResource: 'arn:aws:ecr:*:*:repository/team-a/*' }],
    [
      'identity',
      { ...allow, Resource: ['arn:aws:ecr:*:*:repo*', 'arn:aws:ecr:*:*:*/app', 'arn:aws:iam::*:role/repo'] },
    ],
    ['identity', { ...allow, Action: '*' }],
    ['identity', { ...allow, Action: '*:*' }],
    ['repository', { ...grant, Effect: 'Deny' }],
    ['repository', { ...grant, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'x' } } }],
    [
      'identity',
      {
        ...allow,
        Resource: [
          'arn:aws:ecr:*:*:repository/*',
          'arn:aws:ecr:*:*:repository/team-a/*',
          'arn:aws:ecr:*:*:repository/team-a-*',
          'arn:aws:ecr:*',
        ],
      },
    ],
    ['identity', onlyIf('StringEquals', 'aws:PrincipalTag/team', `a${variable('*')}`)],
    ['identity', onlyIf('StringLike', 'AWS:principaltag/TEAM', 'a*')],
    ['identity', onlyIf('Null', 'aws:TagKeys', 'true')],
    ['identity', { ...onlyIf('ForAllValues:StringEquals', 'aws:TagKeys', 'a'), Effect: 'Deny' }],
    [
      'identity',
      {
        ...allow,
        Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' }, Null: { 'aws:tagkeys': 'false' } },
      },
    ],
    ['identity', onlyIf('StringEquals', 'lading:ImageTag', 'latest')],
    ['trust', trust({ ...aud, StringLike: { [`${GITHUB}:sub`]: 'repo:o/r:*' } })],
    ['trust', trust({ StringEquals: { [`${GITHUB}:aud`]: 'lading', [`${GITHUB}:repository_id`]: '1' } })],
    [
      'trust',
      {
        ...grant,
        Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/x' },
        Action: 'sts:AssumeRoleWithSAML',
      },
    ],
  ])('in a policy of kind %s %j', (kind, statements) => {
    expect(findings(kind, statements)).toEqual([])
  })
})
