import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient, type Tag } from '@aws-sdk/client-sts'
import type { IdentityExample } from './identity-example.ts'
import { assertEqual, assertMatches, assertThat, type Step, step } from './steps.ts'

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What `configure-aws-credentials` tags a session with when it has static keys (src/assumeRole.ts, 4e7d59df). */
const TAGS: readonly Tag[] = [
  { Key: 'GitHub', Value: 'Actions' },
  { Key: 'Repository', Value: 'octocat/my-repo' },
  { Key: 'Workflow', Value: 'Build and push' },
  { Key: 'Action', Value: '__aws-actions_configure-aws-credentials' },
  { Key: 'Actor', Value: 'octocat' },
  { Key: 'Commit', Value: '714a629c0b401fdce83e847fc9589983fc6f46bc' },
  { Key: 'Branch', Value: 'refs/heads/main' },
]

/** Static keys, as the action uses them: AssumeRole with session tags, and with fewer when they are too many. */
export function taggedSessionSteps(example: () => IdentityExample): readonly Step[] {
  let key: Key = { accessKeyId: '', secretAccessKey: '' }
  return [
    step('static keys: the tags of the action come with the session, and policies see them', async () => {
      key = await makeUserAndRole(example(), 'tagged', ['sts:AssumeRole', 'sts:TagSession'])
      const { session, percent } = await assume(example(), { key, role: 'tagged', tags: TAGS })
      assertThat(percent > 0 && percent < 50, `the session is ${percent}% full`)
      assertEqual(await canDescribe(example(), session), true, 'may the tagged repository describe')
      const fewer = await assume(example(), { key, role: 'tagged', tags: TAGS.slice(0, 1) })
      assertEqual(await canDescribe(example(), fewer.session), false, 'may a session without that tag describe')
    }),
    step('static keys: too many tags are PackedPolicyTooLargeException, and fewer are good', async () => {
      const more = Array.from({ length: 43 }, (_, index) => ({ Key: `custom-${index}`, Value: 'x'.repeat(256) }))
      const tooMany = assume(example(), { key, role: 'tagged', tags: [...TAGS, ...more] })
      assertMatches(await tooMany.then(() => 'a session', String), /^PackedPolicyTooLarge\w*: /, 'with 50 tags')
      await assume(example(), { key, role: 'tagged', tags: [...TAGS, ...more.slice(0, 3)] })
    }),
    step('static keys: a trust policy without sts:TagSession takes sessions without tags alone', async () => {
      const untagged = { key: await makeUserAndRole(example(), 'untagged', ['sts:AssumeRole']), role: 'untagged' }
      const refused = assume(example(), { ...untagged, tags: TAGS })
      assertMatches(await refused.then(() => 'a session', String), /not authorized to perform: sts:TagSession/, 'tags')
      const { session } = await assume(example(), { ...untagged, tags: [] })
      assertEqual(await canDescribe(example(), session), false, 'may a session without tags describe')
    }),
  ]
}

function clientOptions({ endpoint: { url, region } }: IdentityExample, credentials: Key) {
  return { endpoint: url, region, credentials, maxAttempts: 1 }
}

/** A user that may become the role, which may describe repositories when it is tagged with one of GitHub's. */
async function makeUserAndRole(example: IdentityExample, role: string, trusted: readonly string[]): Promise<Key> {
  const iam = new IAMClient(clientOptions(example, example.endpoint))
  const user = { UserName: `ci-${role}` }
  const { User } = await iam.send(new CreateUserCommand(user))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand(user))
  const trust = policy({ Action: trusted, Principal: { AWS: User?.Arn } })
  await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: trust }))
  const mayBecome = policy({ Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: '*' })
  await iam.send(new PutUserPolicyCommand({ ...user, PolicyName: 'become', PolicyDocument: mayBecome }))
  const tagged = { StringEquals: { 'aws:PrincipalTag/Repository': 'octocat/my-repo' } }
  const mayDescribe = policy({ Action: 'ecr:DescribeRepositories', Resource: '*', Condition: tagged })
  await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'describe', PolicyDocument: mayDescribe }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
}

interface Asked {
  readonly key: Key
  readonly role: string
  readonly tags: readonly Tag[]
}

async function assume(
  example: IdentityExample,
  { key, role, tags }: Asked,
): Promise<{ session: Key; percent: number }> {
  const { Credentials, PackedPolicySize } = await new STSClient(clientOptions(example, key)).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${example.endpoint.account}:role/${role}`,
      RoleSessionName: 'GitHubActions',
      DurationSeconds: 3600,
      ...(tags.length > 0 && { Tags: [...tags] }),
    }),
  )
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  return { session, percent: PackedPolicySize ?? 0 }
}

async function canDescribe(example: IdentityExample, session: Key): Promise<boolean> {
  const described = new ECRClient(clientOptions(example, session)).send(new DescribeRepositoriesCommand({}))
  return await described.then(
    () => true,
    (error) => {
      assertMatches(String(error), /AccessDenied/, 'DescribeRepositories')
      return false
    },
  )
}
