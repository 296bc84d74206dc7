import { type CompiledPolicy, compilePolicy, type PolicySource } from '../src/core/policy/compile-policy.ts'
import { decide, type PolicyQuestion } from '../src/core/policy/decide.ts'
import { parsePolicy } from '../src/core/policy/parse-policy.ts'
import { SHAPES, worstQuestion } from '../test/policy/worst-policies.ts'

const OWNER = '111122223333'
const PULLER = '444455556666'
const ROLE = 'AROAROLEROLEROLEROLE'
const READ = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability']
const TEAM = `\${aws:PrincipalTag/team}`
const allow = (Action: unknown, Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const plainText = { Bool: { 'aws:SecureTransport': 'false' } }

function compiled(kind: PolicySource['kind'], statements: readonly object[]): CompiledPolicy {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return compilePolicy(parsePolicy(text, kind === 'boundary' ? 'identity' : kind), { kind, name: kind })
}

const identityPolicies = [
  compiled('identity', [
    allow('ecr:GetAuthorizationToken'),
    allow(READ, `arn:aws:ecr:*:${OWNER}:repository/${TEAM}/*`),
  ]),
  compiled('identity', [allow('sts:AssumeRole'), { ...allow('ecr:Delete*'), Effect: 'Deny' }]),
  compiled('identity', [allow('ecr:Describe*'), { ...allow('ecr:*'), Effect: 'Deny', Condition: plainText }]),
]
const repository = compiled('repository', [
  {
    Effect: 'Allow',
    Principal: { AWS: [PULLER, ROLE] },
    Action: READ,
    Condition: { StringEquals: { 'aws:ResourceTag/team': TEAM } },
  },
  { Effect: 'Allow', Principal: { AWS: OWNER }, Action: 'ecr:*' },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: 'ecr:PutImage',
    Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  },
])
const registry = compiled('registry', [
  { Effect: 'Deny', Principal: '*', Action: READ, Resource: '*', Condition: plainText },
  { ...allow('ecr:CreateRepository', 'arn:aws:ecr:*:*:repository/*'), Principal: { AWS: PULLER } },
])
const context = new Map([
  ['aws:principaltag/team', 'team-a'],
  ['aws:resourcetag/team', 'team-a'],
  ['aws:securetransport', 'true'],
  ['aws:sourceip', '10.1.2.3'],
])

/** iam.md 1.5: three identity policies with six statements, a boundary, three statements of the repository, two of the registry. */
const pull: PolicyQuestion = {
  action: 'ecr:BatchGetImage',
  resource: `arn:aws:ecr:eu-central-1:${OWNER}:repository/team-a/api`,
  resourceAccountId: OWNER,
  principal: {
    kind: 'role-session',
    accountId: PULLER,
    directIds: [`${ROLE}:pod`],
    roleId: ROLE,
    identityPolicies,
    boundary: compiled('boundary', [allow('ecr:*')]),
    sessionLayers: [],
  },
  resourcePolicies: [repository, registry],
  context,
}

/** A pull, and what is as slow as policies can make it. */
export function policyCalls(): { readonly name: string; call(): unknown }[] {
  const denied = { ...pull, context: new Map([...context, ['aws:securetransport', 'false']]) }
  const worst = SHAPES.map((shape) => {
    const question = worstQuestion(() => shape)
    return { name: `decide, worst case: ${shape.name}`, call: () => decide(question) }
  })
  return [
    { name: 'decide, pull across accounts', call: () => expectAllowed(decide(pull).isAllowed) },
    { name: 'decide, pull that is denied', call: () => decide(denied) },
    ...worst,
  ]
}

/** A benchmark of a wrong answer would say nothing. */
function expectAllowed(isAllowed: boolean): void {
  if (!isAllowed) throw new Error('the pull was to be allowed')
}
