import { expect, test } from 'bun:test'
import { callEcr } from '../../test/support/aws-requests.ts'
import { createRepository, openTestRegistry } from '../../test/support/test-registry.ts'

const ARN = 'arn:aws:ecr:us-east-1:000000000000:repository/team/app'
const token = (key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url')

/** SQLite would take these and PostgreSQL fail on them, so no text that is kept or looked up may hold one. */
const UNSTORABLE = ['a\0b', '\0', 'a\ud800', '\udc00']

test.each<[string, (text: string) => object]>([
  ['TagResource', (text) => ({ resourceArn: ARN, tags: [{ Key: text, Value: 'v' }] })],
  ['TagResource', (text) => ({ resourceArn: ARN, tags: [{ Key: 'k', Value: text }] })],
  ['UntagResource', (text) => ({ resourceArn: ARN, tagKeys: [text] })],
  ['CreateRepository', (text) => ({ repositoryName: 'team/new', tags: [{ Key: text, Value: 'v' }] })],
  [
    'CreateRepository',
    (text) => ({
      repositoryName: 'team/new',
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: text },
    }),
  ],
  ...['description', 'repositoryPolicy', 'lifecyclePolicy', 'customRoleArn'].map(
    (member): [string, (text: string) => object] => [
      'CreateRepositoryCreationTemplate',
      (text) => ({ prefix: 'team-b', appliedFor: ['CREATE_ON_PUSH'], [member]: text }),
    ],
  ),
  ['DescribeRepositories', (text) => ({ nextToken: token(['repositories', text]) })],
  ['DescribeRepositoryCreationTemplates', (text) => ({ nextToken: token(['templates', text]) })],
  ['DescribeImages', (text) => ({ repositoryName: 'team/app', imageIds: [{ imageTag: text }] })],
  ['PutImage', (text) => ({ repositoryName: 'team/app', imageManifest: text })],
  ['GetAccountSetting', (text) => ({ name: text })],
  [
    'ListImageReferrers',
    (text) => ({
      repositoryName: 'team/app',
      subjectId: { imageDigest: `sha256:${'0'.repeat(64)}` },
      filter: { artifactTypes: [text] },
    }),
  ],
])('%s refuses text that no store keeps as it is', async (operation, input) => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  for (const text of UNSTORABLE) {
    const { status, json } = await callEcr(registry, operation, input(text))
    expect([text, status, json.__type]).toEqual([text, 400, 'InvalidParameterException'])
  }
})

test.each(['/v2/_catalog?last=%00', '/v2/_catalog?last=a%00b', '/v2/team/app/tags/list?last=%00'])(
  '%s is a 400, without a credential too',
  async (path) => {
    await using registry = await openTestRegistry()
    await createRepository(registry, 'team/app')
    for (const anonymousListener of [false, true]) {
      const response = await registry.send('GET', path, { anonymousListener })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('PAGINATION_NUMBER_INVALID')
    }
  },
)
