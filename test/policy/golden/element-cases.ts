import { allow, type GoldenCase, grant, PULL, REPOSITORY, refuse } from './golden-case.ts'

const act = (action: unknown) => ({ Effect: 'Allow', Action: action, Resource: '*' })
const on = (resource: unknown) => ({ Effect: 'Allow', Action: PULL, Resource: resource })
const notOn = (effect: string, resource: unknown) => ({ Effect: effect, Action: PULL, NotResource: resource })
const yes = { expected: 'allowed', by: 'identity' } as const
const no = { expected: 'implicit-deny', by: 'identity' } as const
const denied = { expected: 'explicit-deny', by: 'identity' } as const

/** iam.md 1.2: Action, Resource, */
export const ELEMENT_CASES: readonly GoldenCase[] = [
  // Action
  { name: 'actions are equal in any case', rule: '1.2 Action', identity: [[act('ECR:batchgetIMAGE')]], ...yes },
  { name: 'a star in an action', rule: '1.2 Action', identity: [[act('ecr:Batch*')]], ...yes },
  { name: 'a star stands for nothing, too', rule: '1.2 Action', identity: [[act('ecr:BatchGetImage*')]], ...yes },
  {
    name: 'a question mark stands for one character',
    rule: '1.2 Action',
    identity: [[act('ecr:BatchGet?mage')]],
    ...yes,
  },
  {
    name: 'a question mark does not stand for nothing',
    rule: '1.2 Action',
    identity: [[act('ecr:BatchGetImage?')]],
    ...no,
  },
  { name: 'every action', rule: '1.2 Action', identity: [[act('*')]], ...yes },
  { name: 'every action of every service', rule: '1.2 Action', identity: [[act('*:*')]], ...yes },
  { name: 'every action of another service', rule: '1.2 Action', identity: [[act('sts:*')]], ...no },
  { name: 'one of a list', rule: '1.2 Action', identity: [[act(['ecr:PutImage', PULL])]], ...yes },
  {
    name: 'a pattern is no regular expression',
    rule: '1.6',
    identity: [[on('arn:aws:ecr:.*:.+:repository/[a-z-]+/(api|x)')]],
    ...no,
  },
  { name: 'a dot is a dot', rule: '1.6', identity: [[on(REPOSITORY.replace('-', '.'))]], ...no },
  {
    name: 'NotAction allows everything else',
    rule: '1.2 NotAction',
    identity: [[{ Effect: 'Allow', NotAction: 'ecr:Put*', Resource: '*' }]],
    ...yes,
  },
  {
    name: 'NotAction does not allow what it names',
    rule: '1.2 NotAction',
    identity: [[{ Effect: 'Allow', NotAction: ['sts:*', 'ecr:*'], Resource: '*' }]],
    ...no,
  },
  {
    name: 'NotAction denies everything else',
    rule: '1.2 NotAction',
    identity: [[allow, { Effect: 'Deny', NotAction: 'ecr:Put*', Resource: '*' }]],
    ...denied,
  },

  // Resource
  { name: 'the ARN itself', rule: '1.2 Resource', identity: [[on(REPOSITORY)]], ...yes },
  {
    name: 'ARNs are compared with their case',
    rule: '1.2 Resource',
    identity: [[on(REPOSITORY.toUpperCase().replace('ARN:AWS:ECR', 'arn:aws:ecr'))]],
    ...no,
  },
  { name: 'a star crosses slashes', rule: '1.2 Resource', identity: [[on('arn:aws:ecr:*:*:repository/*')]], ...yes },
  {
    name: 'team-a* fits team-a/api',
    rule: '1.2 Resource',
    identity: [[on('arn:aws:ecr:*:*:repository/team-a*')]],
    ...yes,
  },
  {
    name: 'team-a* fits team-abc/api',
    rule: '1.2 Resource',
    resource: REPOSITORY.replace('team-a', 'team-abc'),
    identity: [[on('arn:aws:ecr:*:*:repository/team-a*')]],
    ...yes,
  },
  {
    name: 'team-a/* does not fit team-abc/api',
    rule: '1.2 Resource',
    resource: REPOSITORY.replace('team-a', 'team-abc'),
    identity: [[on('arn:aws:ecr:*:*:repository/team-a/*')]],
    ...no,
  },
  { name: 'a star in the middle', rule: '1.2 Resource', identity: [[on('arn:aws:ecr:*:*:repository/*/a*i')]], ...yes },
  {
    name: 'a star does not leave its segment',
    rule: '1.2 Resource',
    identity: [[on('arn:aws:ecr:*:repository/*:x')]],
    ...no,
  },
  {
    name: 'a star at the end of a short ARN takes all the rest',
    rule: '1.2 Resource',
    identity: [[on('arn:aws:ecr:*')]],
    ...yes,
  },
  { name: 'a short ARN of another service', rule: '1.2 Resource', identity: [[on('arn:aws:iam:*')]], ...no },
  { name: 'a short ARN with part of the region', rule: '1.2 Resource', identity: [[on('arn:aws:ecr:eu-*')]], ...yes },
  {
    name: 'a resource with colons',
    rule: '1.2 Resource',
    resource: `${REPOSITORY}:x`,
    identity: [[on('arn:aws:ecr:*:*:repository/team-a/*:x')]],
    ...yes,
  },
  {
    name: 'the action has no resource, the policy says *',
    rule: '5.1 GetAuthorizationToken',
    action: 'ecr:GetAuthorizationToken',
    resource: '*',
    identity: [[act('ecr:GetAuthorizationToken')]],
    ...yes,
  },
  {
    name: 'the action has no resource, the policy names some',
    rule: '5.1 GetAuthorizationToken',
    resource: '*',
    identity: [[on('arn:aws:ecr:*:*:repository/*')]],
    ...no,
  },
  {
    name: 'NotResource allows the others',
    rule: '1.2 NotResource',
    identity: [[notOn('Allow', 'arn:aws:ecr:*:*:repository/team-b/*')]],
    ...yes,
  },
  {
    name: 'NotResource does not allow what it names',
    rule: '1.2 NotResource',
    identity: [[notOn('Allow', 'arn:aws:ecr:*:*:repository/team-a/*')]],
    ...no,
  },
  { name: 'NotResource * is about nothing', rule: '1.2 NotResource', identity: [[notOn('Allow', '*')]], ...no },
  {
    name: 'NotResource is about what has no resource',
    rule: '1.2 NotResource',
    resource: '*',
    identity: [[notOn('Allow', 'arn:aws:ecr:*')]],
    ...yes,
  },
  {
    name: 'a repository policy is about its repository',
    rule: '5.1 quirks',
    repository: [grant('*')],
    expected: 'allowed',
    by: 'repository',
  },
  {
    name: 'a repository policy may say so',
    rule: '5.1 quirks',
    repository: [grant('*', { Resource: '*' })],
    expected: 'allowed',
    by: 'repository',
  },
  {
    name: 'a registry policy is about what it names',
    rule: '5.1 registry',
    registry: [grant('*', { Resource: 'arn:aws:ecr:*:*:repository/team-b/*' })],
    ...no,
  },
  {
    name: 'an action with another resource of a registry policy',
    rule: '5.1 registry',
    identity: [[allow]],
    registry: [refuse('*', { Resource: 'arn:aws:ecr:*:*:repository/team-a/*' })],
    expected: 'explicit-deny',
    by: 'registry',
  },
  {
    name: 'one statement, not in a list',
    rule: '5.1 quirks',
    repository: { Version: '2008-10-17', Statement: grant('*') },
    expected: 'allowed',
    by: 'repository',
  },
]
