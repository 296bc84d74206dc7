import type { PolicyKind } from '../../src/core/policy/policy-kind.ts'
import type { Sfc32 } from './sfc32.ts'

/** Small alphabets, so that what is asked and what policies say meet often. */
export const ACCOUNTS = ['111111111111', '222222222222']
export const ROLE_IDS = ['AROAAAAAAAAAAAAAAAAA', 'AROABBBBBBBBBBBBBBBB']
export const USER_IDS = ['AIDAAAAAAAAAAAAAAAAA', 'AIDABBBBBBBBBBBBBBBB']
export const PROVIDERS = [
  'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
  'arn:aws:iam::111111111111:oidc-provider/gitlab.com',
]
export const ACTIONS = [
  'ecr:BatchGetImage',
  'ecr:PutImage',
  'ecr:DescribeImages',
  'ecr:GetAuthorizationToken',
  'sts:AssumeRole',
]
export const RESOURCES = [
  'arn:aws:ecr:eu-central-1:111111111111:repository/team-a/api',
  'arn:aws:ecr:eu-central-1:111111111111:repository/team-a*',
  'arn:aws:ecr:us-east-1:222222222222:repository/team-b/api:x',
  'arn:aws:ecr:us-east-1:222222222222:repository/a',
  '*',
]
export const KEYS = [
  'aws:PrincipalTag/team',
  'aws:ResourceTag/team',
  'aws:SourceIp',
  'aws:CurrentTime',
  'aws:SecureTransport',
  'aws:MultiFactorAuthAge',
  'aws:PrincipalArn',
  'aws:TagKeys',
  'lading:ImageTag',
  'gitlab.com:sub',
] as const

const ACTION_PATTERNS = [
  ...ACTIONS,
  '*',
  '*:*',
  'ecr:*',
  'ecr:Batch*',
  'ECR:putimage',
  'ecr:?utImage',
  'ecr:*Image',
  'ecr:*e*I*',
  'sts:*',
  'ecr:*Image?',
  'ecr:Des??ibe*',
]
const RESOURCE_PATTERNS = [
  '*',
  '**',
  'arn:aws:ecr:*',
  'arn:aws:*',
  'arn:aws:ecr:eu-central-1:*',
  'arn:aws:ecr:*:*:*',
  'arn:aws:ecr:*:111111111111:repository/*',
  'arn:aws:ecr:*:111111111111:repository/team-?/api',
  'arn:aws:ecr:us*:*:repository/*/*:?',
  'arn:aws:ecr:*1*:repository/*',
  'arn:aws:ecr:*:*:repository/*a*',
  `arn:aws:ecr:*:*:repository/\${aws:PrincipalTag/team}/*`,
  `arn:aws:ecr:*:*:repository/\${aws:PrincipalTag/team, 'team-b'}/?*`,
  `arn:aws:ecr:*:*:*/\${aws:ResourceTag/team}*`,
  `arn:aws:ecr:*:*:repository/\${aws:PrincipalTag/team}`,
  `arn:aws:ecr:*:*:repository/team-a\${*}`,
  `arn:aws:ecr:*:*:*\${aws:TagKeys}*`,
  `arn:aws:ecr:*:*:*?\${aws:PrincipalTag/team}?*`,
]
const TEXTS = [
  'team-a',
  'team-b',
  'TEAM-A',
  'team-*',
  'team-?',
  '*',
  '?eam-*',
  '*a*',
  '*-*a',
  `\${aws:PrincipalTag/team}`,
  `\${aws:ResourceTag/team}`,
  `\${aws:principaltag/TEAM}`,
  `team-\${*}`,
  `*\${aws:ResourceTag/team}*`,
  `\${aws:PrincipalTag/team, 'team-b'}`,
  `\${aws:TagKeys}`,
  `x\${aws:PrincipalTag/none}`,
  'latest',
  'v*',
  'repo:o/*:ref:*',
  '',
]
const ARN_TEXTS = [
  'arn:aws:iam::111111111111:role/*',
  'arn:aws:iam::*:role/ci',
  'arn:aws:iam::222222222222:user/*',
  'arn:*',
  '*',
  'arn:aws:iam::11*:*',
  'arn:*:iam:?:*:*',
  `arn:aws:iam::\${aws:PrincipalTag/team}:role/ci`,
  `arn:aws:iam::111111111111:role/\${aws:PrincipalTag/team}`,
  `\${aws:PrincipalArn}`,
  'arn:aws:i*m::*:*i*',
]
const VALUES: Record<string, readonly (string | number | boolean)[]> = {
  String: TEXTS,
  Numeric: [0, 5, 300, '300.0', -1, 1e3],
  Date: [
    '2026-11-27T00:00:00Z',
    '2026-11-27',
    1_795_737_600,
    '2026-11-27T02:30:00+02:30',
    '2026-11-28T00:00:00.5Z',
    '2025-01-01',
  ],
  Bool: [true, false, 'True', 'FALSE', `\${aws:SecureTransport}`],
  Binary: ['dGVhbS1h', 'YQ=='],
  Ip: [
    '10.0.0.0/8',
    '10.1.2.3',
    '0.0.0.0/0',
    '::/0',
    '2001:db8::/32',
    '2001:DB8::1',
    '::ffff:10.1.2.3',
    '::ffff:10.0.0.0/104',
    '10.1.2.3/31',
    '192.168.0.0/16',
  ],
  Arn: ARN_TEXTS,
}
const BASES = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  ...['Numeric', 'Date'].flatMap((type) =>
    ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (relation) => type + relation,
    ),
  ),
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
]
/** The keys that fit an operator's type; now and then it is any. */
const FITTING: Record<string, readonly string[]> = {
  String: [
    'aws:PrincipalTag/team',
    'aws:ResourceTag/team',
    'aws:TagKeys',
    'lading:ImageTag',
    'gitlab.com:sub',
    'AWS:principaltag/Team',
  ],
  Numeric: ['aws:MultiFactorAuthAge'],
  Date: ['aws:CurrentTime'],
  Bool: ['aws:SecureTransport'],
  Binary: ['lading:ImageTag'],
  Ip: ['aws:SourceIp'],
  Arn: ['aws:PrincipalArn'],
}
export const OPERATORS: readonly string[] = [
  'Null',
  ...BASES.flatMap((base) => [base, `${base}IfExists`, `ForAllValues:${base}`, `ForAnyValue:${base}`]),
]

const typeOf = (operator: string) =>
  /(String|Numeric|Date|Bool|Binary|Ip|Arn)/.exec(operator.replace('NotIp', 'Ip'))?.[1] ?? 'String'

/** The text of a policy that `parsePolicy` takes. */
export function randomPolicy(random: Sfc32, kind: PolicyKind): string {
  const version = random.pick(['2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17', undefined])
  const statements = Array.from({ length: 1 + random.below(3) }, () =>
    randomStatement(random, kind, version === '2012-10-17'),
  )
  return JSON.stringify({
    Version: version,
    Statement: statements.length === 1 && random.chance(0.5) ? statements[0] : statements,
  })
}

function oneOrList<Value>(random: Sfc32, values: readonly Value[]): Value | Value[] {
  return random.chance(0.5) ? random.pick(values) : random.some(values, { least: 1, most: 3 })
}

function randomStatement(random: Sfc32, kind: PolicyKind, canVary: boolean): object {
  const isResourcePolicy = kind === 'trust' || kind === 'repository' || kind === 'registry'
  const hasResource = kind === 'identity' || kind === 'session' || kind === 'registry'
  // Before the fifth colon a variable is refused; in the old version it is text there.
  const resources = canVary ? RESOURCE_PATTERNS : [...RESOURCE_PATTERNS, `arn:aws:ecr:*:*:repository/\${a:b}*`]
  return {
    Effect: random.chance(0.8) ? 'Allow' : 'Deny',
    ...(isResourcePolicy && { Principal: randomPrincipal(random) }),
    [random.chance(0.85) ? 'Action' : 'NotAction']: random.chance(0.3) ? '*' : oneOrList(random, ACTION_PATTERNS),
    ...(hasResource && {
      [random.chance(0.85) ? 'Resource' : 'NotResource']: random.chance(0.3) ? '*' : oneOrList(random, resources),
    }),
    ...(kind === 'repository' && random.chance(0.2) && { Resource: '*' }),
    ...(random.chance(0.6) && { Condition: randomConditions(random, canVary) }),
  }
}

function randomPrincipal(random: Sfc32): unknown {
  if (random.chance(0.25)) return '*'
  const ids = [
    ...ACCOUNTS,
    ...ACCOUNTS.map((id) => `arn:aws:iam::${id}:root`),
    ...ROLE_IDS,
    ...ROLE_IDS.map((id) => `${id}:ci`),
    ...USER_IDS,
    'arn:aws:iam::111111111111:role/gone',
    '*',
  ]
  const element = {
    ...(random.chance(0.8) && { AWS: oneOrList(random, ids) }),
    ...(random.chance(0.4) && { Federated: oneOrList(random, PROVIDERS) }),
    ...(random.chance(0.1) && { Service: 'ecr.amazonaws.com' }),
  }
  return Object.keys(element).length === 0 ? { AWS: random.pick(ids) } : element
}

function randomConditions(random: Sfc32, canVary: boolean): object {
  const operators = random.some(OPERATORS, { least: 1, most: 2 })
  return Object.fromEntries(operators.map((operator) => [operator, randomKeys(random, operator, canVary)]))
}

function randomKeys(random: Sfc32, operator: string, canVary: boolean): object {
  const type = typeOf(operator)
  const keys = operator === 'Null' || random.chance(0.1) ? KEYS : (FITTING[type] ?? KEYS)
  const all = operator === 'Null' ? ['true', 'false', true, false] : (VALUES[type] ?? TEXTS)
  // In the old version a boolean with a variable in it is none.
  const values = type === 'Bool' && !canVary ? all.filter((value) => !String(value).includes('$')) : all
  return Object.fromEntries(
    random
      .some<string>(keys, { least: 1, most: random.chance(0.8) ? 1 : 2 })
      .map((key) => [key, oneOrList(random, values)]),
  )
}

/** What is known of one request. */
export function randomContext(random: Sfc32): Record<string, string | string[]> {
  const teams = ['team-a', 'team-b', 'TEAM-A', 'team-*', '*', '?', '', 'dGVhbS1h', '111111111111', 'ci']
  const all: Record<string, () => string | string[]> = {
    'aws:principaltag/team': () => random.pick(teams),
    'aws:resourcetag/team': () => random.pick(teams),
    'aws:sourceip': () =>
      random.pick(['10.1.2.3', '10.1.2.2', '192.168.1.1', '2001:db8::1', '::ffff:10.1.2.3', '::1', 'unknown']),
    'aws:currenttime': () =>
      random.pick([
        '2026-11-27T00:00:00Z',
        '2026-11-27T00:00:00.250Z',
        '2026-11-28T00:00:00.5Z',
        '1795737600',
        'never',
      ]),
    'aws:securetransport': () => random.pick(['true', 'false', 'TRUE']),
    'aws:multifactorauthage': () => random.pick(['0', '5', '300', '299.5', '-1', 'x', '1000']),
    'aws:principalarn': () =>
      random.pick([
        'arn:aws:iam::111111111111:role/ci',
        'arn:aws:iam::222222222222:user/path/ann',
        'arn:aws:iam::222222222222:role/team-*',
        'anonymous',
      ]),
    'aws:tagkeys': () => random.some(['team-a', 'team-b', 'latest', 'v1'], { least: 0, most: 3 }),
    'lading:imagetag': () => random.pick(['latest', 'v1', 'dGVhbS1h', 'team-a']),
    'gitlab.com:sub': () => (random.chance(0.5) ? 'repo:o/r:ref:x' : ['team-a', 'x']),
  }
  return Object.fromEntries(
    Object.entries(all)
      .filter(() => random.chance(0.75))
      .map(([key, value]) => [key, value()]),
  )
}
