import { type Cli, iamJson, iamRefused } from './aws-cli-run.ts'
import { assertEqual, assertIncludes, assertThat, type Step, step } from './steps.ts'

const ALLOW = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:ListImages', Resource: '*' }] }
const PULL_ONLY = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly'

/** The operations of IAM that people call by hand. The CLI decodes documents, so these are compared as JSON. */
export function iamSteps(cli: Cli): readonly Step[] {
  return [...userSteps(cli), ...roleSteps(cli), ...policySteps(cli), ...providerSteps(cli), cleanStep(cli)]
}

function namesOf({ program, world }: Cli) {
  const { account } = world.registry
  return {
    user: `${program}-user`,
    group: `${program}-group`,
    role: `${program}-role`,
    policy: `${program}-policy`,
    policyArn: `arn:aws:iam::${account}:policy/cli/${program}-policy`,
    userArn: `arn:aws:iam::${account}:user/cli/${program}-user`,
    providerArn: `arn:aws:iam::${account}:oidc-provider/${program}.example/ci`,
  }
}

function userSteps(cli: Cli): readonly Step[] {
  const { user, group, userArn } = namesOf(cli)
  return [
    step('iam create-user, create-group, add-user-to-group, create-access-key', async () => {
      const made = await iamJson(
        cli,
        'create-user',
        '--user-name',
        user,
        '--path',
        '/cli/',
        '--tags',
        'Key=a,Value=b c',
      )
      assertEqual([made.User.Arn, made.User.Tags], [userArn, [{ Key: 'a', Value: 'b c' }]], 'the user')
      await iamRefused(cli, /EntityAlreadyExists/, 'create-user', '--user-name', user.toUpperCase())
      await iamJson(cli, 'create-group', '--group-name', group)
      await iamJson(cli, 'add-user-to-group', '--group-name', group, '--user-name', user)
      const groups = await iamJson(cli, 'list-groups-for-user', '--user-name', user)
      assertEqual(groups.Groups[0].GroupName, group, 'the group')
      const { AccessKey } = await iamJson(cli, 'create-access-key', '--user-name', user)
      const keys = await iamJson(cli, 'list-access-keys', '--user-name', user)
      assertEqual(keys.AccessKeyMetadata[0].AccessKeyId, AccessKey.AccessKeyId, 'the access key')
      await iamRefused(cli, /DeleteConflict/, 'delete-user', '--user-name', user)
      await iamJson(cli, 'delete-access-key', '--user-name', user, '--access-key-id', AccessKey.AccessKeyId)
    }),
  ]
}

function roleSteps(cli: Cli): readonly Step[] {
  const { user, role, userArn } = namesOf(cli)
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: userArn }, Action: 'sts:AssumeRole' }],
  }
  return [
    step('iam create-role, get-role, update-assume-role-policy', async () => {
      const document = ['--assume-role-policy-document', JSON.stringify(trust, null, 2)]
      const made = await iamJson(cli, 'create-role', '--role-name', role, ...document)
      assertEqual(made.Role.AssumeRolePolicyDocument, trust, 'the trust of the answer')
      const { Role } = await iamJson(cli, 'get-role', '--role-name', role)
      assertEqual(Role.AssumeRolePolicyDocument, trust, 'the trust')
      const nobody = JSON.stringify(trust).replace(user, 'nobody')
      const update = ['update-assume-role-policy', '--role-name', role, '--policy-document'] as const
      await iamRefused(cli, /MalformedPolicyDocument.*Invalid principal/, ...update, nobody)
      await iamJson(cli, ...update, JSON.stringify(trust))
    }),
    step('iam put-role-policy, get-role-policy, list-role-policies, tag-role', async () => {
      const policy = ['--policy-name', 'inline', '--policy-document', JSON.stringify(ALLOW)]
      await iamJson(cli, 'put-role-policy', '--role-name', role, ...policy)
      const found = await iamJson(cli, 'get-role-policy', '--role-name', role, '--policy-name', 'inline')
      assertEqual(found.PolicyDocument, ALLOW, 'the inline policy')
      await iamJson(cli, 'tag-role', '--role-name', role, '--tags', 'Key=team,Value=blue')
      const tags = await iamJson(cli, 'list-role-tags', '--role-name', role)
      assertEqual(tags.Tags, [{ Key: 'team', Value: 'blue' }], 'the tags')
      await iamRefused(cli, /DeleteConflict/, 'delete-role', '--role-name', role)
      await iamJson(cli, 'delete-role-policy', '--role-name', role, '--policy-name', 'inline')
    }),
  ]
}

function policySteps(cli: Cli): readonly Step[] {
  const { user, role, policy, policyArn, userArn } = namesOf(cli)
  const named = ['--policy-arn', policyArn]
  return [
    step('iam create-policy, its versions, and what the limits say', async () => {
      const document = ['--policy-document', JSON.stringify(ALLOW)]
      const made = await iamJson(cli, 'create-policy', '--policy-name', policy, '--path', '/cli/', ...document)
      assertEqual(made.Policy.Arn, policyArn, 'the ARN')
      await iamJson(cli, 'create-policy-version', ...named, ...document, '--set-as-default')
      const found = await iamJson(cli, 'get-policy-version', ...named, '--version-id', 'v2')
      assertEqual(found.PolicyVersion.Document, ALLOW, 'the document')
      await iamRefused(cli, /DeleteConflict/, 'delete-policy-version', ...named, '--version-id', 'v2')
      await iamJson(cli, 'delete-policy-version', ...named, '--version-id', 'v1')
      await iamRefused(cli, /MalformedPolicyDocument/, 'create-policy', '--policy-name', 'x', '--policy-document', '{}')
    }),
    step('iam attach-user-policy, put-user-permissions-boundary, list-entities-for-policy', async () => {
      await iamJson(cli, 'attach-user-policy', '--user-name', user, ...named)
      await iamJson(cli, 'attach-role-policy', '--role-name', role, '--policy-arn', PULL_ONLY)
      await iamJson(cli, 'put-user-permissions-boundary', '--user-name', user, '--permissions-boundary', policyArn)
      const entities = await iamJson(cli, 'list-entities-for-policy', ...named)
      assertEqual(entities.PolicyUsers[0].UserName, user, 'whom it is attached to')
      const attached = await iamJson(cli, 'list-attached-role-policies', '--role-name', role)
      assertEqual(attached.AttachedPolicies[0].PolicyArn, PULL_ONLY, 'what is attached')
      const { Policies } = await iamJson(cli, 'list-policies', '--scope', 'AWS', '--page-size', '4')
      assertThat(Policies.length > 4, `there are ${Policies.length} of AWS's policies`)
      await iamRefused(cli, /DeleteConflict/, 'delete-policy', ...named)
    }),
    step('iam simulate-principal-policy and get-account-authorization-details', async () => {
      const source = ['--policy-source-arn', userArn, '--action-names', 'ecr:ListImages', 'ecr:PutImage']
      const { EvaluationResults } = await iamJson(cli, 'simulate-principal-policy', ...source)
      const decisions = EvaluationResults.map((result: { EvalDecision: string }) => result.EvalDecision)
      assertEqual(decisions, ['allowed', 'implicitDeny'], 'the decisions')
      const details = await iamJson(cli, 'get-account-authorization-details', '--filter', 'User')
      assertIncludes(JSON.stringify(details.UserDetailList), policyArn, 'the details')
    }),
  ]
}

function providerSteps(cli: Cli): readonly Step[] {
  const { providerArn } = namesOf(cli)
  const named = ['--open-id-connect-provider-arn', providerArn]
  return [
    step('iam create-open-id-connect-provider, its client ids, and its end', async () => {
      const url = `https://${providerArn.split('oidc-provider/')[1]}`
      const thumbprints = ['--thumbprint-list', '6938fd4d98bab03faadb97b34396831e3780aea1']
      const create = ['create-open-id-connect-provider', '--url', url, ...thumbprints] as const
      const made = await iamJson(cli, ...create, '--client-id-list', 'sts.amazonaws.com')
      assertEqual(made.OpenIDConnectProviderArn, providerArn, 'the ARN')
      await iamRefused(cli, /EntityAlreadyExists/, ...create)
      await iamJson(cli, 'add-client-id-to-open-id-connect-provider', ...named, '--client-id', 'lading')
      const found = await iamJson(cli, 'get-open-id-connect-provider', ...named)
      assertEqual(found.ClientIDList, ['sts.amazonaws.com', 'lading'], 'the client ids')
      await iamJson(cli, 'delete-open-id-connect-provider', ...named)
      await iamRefused(cli, /NoSuchEntity/, 'get-open-id-connect-provider', ...named)
    }),
  ]
}

function cleanStep(cli: Cli): Step {
  const { user, group, role, policyArn } = namesOf(cli)
  return step('iam: all of it is taken apart and deleted', async () => {
    await iamJson(cli, 'remove-user-from-group', '--group-name', group, '--user-name', user)
    await iamJson(cli, 'delete-group', '--group-name', group)
    await iamJson(cli, 'delete-user-permissions-boundary', '--user-name', user)
    await iamJson(cli, 'detach-user-policy', '--user-name', user, '--policy-arn', policyArn)
    await iamJson(cli, 'detach-role-policy', '--role-name', role, '--policy-arn', PULL_ONLY)
    for (const [operation, ...args] of [
      ['delete-user', '--user-name', user],
      ['delete-role', '--role-name', role],
      ['delete-policy', '--policy-arn', policyArn],
    ] as const) {
      await iamJson(cli, operation, ...args)
      await iamRefused(cli, /NoSuchEntity/, operation, ...args)
    }
  })
}
