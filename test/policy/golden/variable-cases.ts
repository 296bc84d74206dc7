import { allow, deny, type GoldenCase, PULL, REPOSITORY, variable } from './golden-case.ts'

const on = (resource: unknown) => ({ Effect: 'Allow', Action: PULL, Resource: resource })
const notOn = (effect: string, resource: unknown) => ({ Effect: effect, Action: PULL, NotResource: resource })
const yes = { expected: 'allowed', by: 'identity' } as const
const no = { expected: 'implicit-deny', by: 'identity' } as const
const denied = { expected: 'explicit-deny', by: 'identity' } as const
const TEAM = variable('aws:PrincipalTag/team')
const teamA = { 'aws:principaltag/team': 'team-a' }
const inTeam = `arn:aws:ecr:*:*:repository/${TEAM}/*`

/** iam.md 1.2: variables, their defaults and escapes, in resources; conditions have their own table. */
export const VARIABLE_CASES: readonly GoldenCase[] = [
  { name: 'a variable in a resource', rule: '1.2 variables', identity: [[on(inTeam)]], context: teamA, ...yes },
  {
    name: 'a variable of another value',
    rule: '1.2 variables',
    identity: [[on(inTeam)]],
    context: { 'aws:principaltag/team': 'team-b' },
    ...no,
  },
  { name: 'a variable without value fits nothing', rule: '1.2 variables', identity: [[on(inTeam)]], ...no },
  {
    name: 'a default',
    rule: '1.2 variables',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable("aws:PrincipalTag/team, 'team-a'")}/*`)]],
    ...yes,
  },
  {
    name: 'a default is not used beside a value',
    rule: '1.2 variables',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable("aws:PrincipalTag/team, 'team-a'")}/*`)]],
    context: { 'aws:principaltag/team': 'x' },
    ...no,
  },
  {
    name: 'a star in a value is no wildcard',
    rule: '1.2 variables',
    identity: [[on(inTeam)]],
    context: { 'aws:principaltag/team': '*' },
    ...no,
  },
  {
    name: 'a question mark in a value is no wildcard',
    rule: '1.2 variables',
    identity: [[on(inTeam)]],
    context: { 'aws:principaltag/team': 'team-?' },
    ...no,
  },
  {
    name: 'a colon in a value makes no segment',
    rule: '1.2 variables',
    identity: [
      [{ ...allow, Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${variable('aws:PrincipalTag/a')}` } } }],
    ],
    context: { 'aws:principalarn': 'arn:aws:iam::1:role/x', 'aws:principaltag/a': '1:role/x' },
    ...yes,
  },
  {
    name: 'an escaped star is one',
    rule: '1.2 escapes',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable('*')}`)]],
    ...no,
  },
  {
    name: 'an escaped star fits a star',
    rule: '1.2 escapes',
    resource: 'arn:aws:ecr:r:a:repository/*',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable('*')}`)]],
    ...yes,
  },
  {
    name: 'an escaped question mark is one',
    rule: '1.2 escapes',
    identity: [[on(REPOSITORY.replace('api', `ap${variable('?')}`))]],
    ...no,
  },
  {
    name: 'an escaped dollar',
    rule: '1.2 escapes',
    identity: [[{ ...allow, Condition: { StringEquals: { 'lading:ImageTag': `${variable('$')}{a}` } } }]],
    context: { 'lading:imagetag': `\${a}` },
    ...yes,
  },
  {
    name: 'in the old version a variable is text',
    rule: '1.2 Version',
    identity: [{ Version: '2008-10-17', Statement: [on(inTeam)] }],
    context: teamA,
    ...no,
  },
  {
    name: 'in the old version a variable is text that fits itself',
    rule: '1.2 Version',
    identity: [{ Version: '2008-10-17', Statement: [on(inTeam)] }],
    resource: `arn:aws:ecr:r:a:repository/${TEAM}/x`,
    ...yes,
  },
  {
    name: 'without a version a variable is text',
    rule: '1.2 Version',
    identity: [{ Statement: [on(inTeam)] }],
    context: teamA,
    ...no,
  },
  {
    name: 'a key of several values is no variable',
    rule: '1.2 variables',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable('aws:TagKeys')}/*`)]],
    context: { 'aws:tagkeys': ['team-a'] },
    ...no,
  },
  {
    name: 'Allow with NotResource and a variable without value',
    rule: '1.7, 2',
    identity: [[notOn('Allow', inTeam)]],
    ...no,
  },
  {
    name: 'Deny with NotResource and a variable without value',
    rule: '1.7, 2',
    identity: [[allow, notOn('Deny', inTeam)]],
    ...denied,
  },
  {
    name: 'Deny with NotResource and a variable that leaves it out',
    rule: '1.2 NotResource',
    identity: [[allow, notOn('Deny', inTeam)]],
    context: teamA,
    ...yes,
  },
  {
    name: 'Deny with NotResource: another entry leaves it out',
    rule: '1.7, 2',
    identity: [[allow, notOn('Deny', [inTeam, REPOSITORY])]],
    ...yes,
  },
  {
    name: 'keys of variables are equal in any case',
    rule: '1.2 Condition',
    identity: [[on(`arn:aws:ecr:*:*:repository/${variable('AWS:principaltag/TEAM')}/*`)]],
    context: teamA,
    ...yes,
  },
  {
    name: 'a Deny whose resource has a variable without value',
    rule: '1.2 variables',
    identity: [[allow, { ...deny, Resource: inTeam }]],
    ...yes,
  },
]
