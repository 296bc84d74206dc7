import { describe, expect, test } from 'bun:test'
import { refusalFrom } from '../../../test/support/refusal-of.ts'
import { verifiedFixture } from '../../../test/support/verified-fixture.ts'
import { sessionTagsOf } from './session-tags.ts'
import type { TrustedProvider } from './trusted-provider.ts'

const ACCOUNT = '222222222222'
const PLACE = { accountId: ACCOUNT, region: 'eu-central-1' }

async function tagsOf(name: string, changes: object = {}, trusted: Partial<TrustedProvider> = {}) {
  const { provider, verified } = await verifiedFixture(name, { ...changes }, trusted)
  return sessionTagsOf(provider, verified, PLACE)
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const { reason, message } = await refusalFrom(promise)
  return `${reason}: ${message}`
}

describe('session tags of clusters', () => {
  const prod = { kubernetesCluster: 'prod-1' }
  const TAGS = {
    'eks-cluster-arn': `arn:aws:eks:eu-central-1:${ACCOUNT}:cluster/prod-1`,
    'eks-cluster-name': 'prod-1',
    'kubernetes-namespace': 'payments',
    'kubernetes-service-account': 'api',
  }
  test.each([
    [
      'kubernetes-1.20',
      { 'kubernetes-pod-name': 'api-6d4cf56db6-x7x2p', 'kubernetes-pod-uid': '900f80ed-bafe-49f0-9ae2-c5f0a3ac2cbe' },
    ],
    [
      'kubernetes-1.34',
      { 'kubernetes-pod-name': 'my-pod', 'kubernetes-pod-uid': '5e0bd49b-f040-43b0-99b7-22765a53f7f3' },
    ],
  ])('%s', async (name, pod) => {
    const { ofProvider, ofToken, transitiveTagKeys } = await tagsOf(name, {}, prod)
    expect(Object.fromEntries(ofProvider.map(({ key, value }) => [key, value]))).toEqual({ ...TAGS, ...pod })
    expect(transitiveTagKeys).toEqual(Object.keys({ ...TAGS, ...pod }))
    expect(ofToken).toEqual([])
  })

  test('without a pod there are four', async () => {
    const claims = { 'kubernetes.io': { namespace: 'payments', serviceaccount: { name: 'api', uid: 'x' } } }
    const { ofProvider } = await tagsOf('kubernetes-1.34', claims, prod)
    expect(ofProvider.map(({ key }) => key)).toEqual(Object.keys(TAGS))
  })

  test('there are none for what is not registered as a cluster', async () => {
    expect((await tagsOf('kubernetes-1.34')).ofProvider).toEqual([])
  })

  const account = (namespace: unknown, name: unknown) => ({ 'kubernetes.io': { namespace, serviceaccount: { name } } })
  test.each([
    [{ sub: 'system:serviceaccount:payments:admin' }, /one service account/],
    [{ sub: 'system:serviceaccount:billing:api' }, /one service account/],
    [{ sub: 'api' }, /one service account/],
    [account('billing', 'api'), /one service account/],
    [account('payments:api', 'x'), /name of a Kubernetes object/],
    [account('*', 'api'), /name of a Kubernetes object/],
    [account('payments/x', 'api'), /name of a Kubernetes object/],
    [account(['payments'], 'api'), /name of a Kubernetes object/],
    [account('Payments', 'api'), /name of a Kubernetes object/],
    [account(undefined, 'api'), /Kubernetes service account/],
    [{ 'kubernetes.io': undefined }, /Kubernetes service account/],
    [{ 'kubernetes.io': 'payments' }, /Kubernetes service account/],
  ])('%j is rejected', async (claims, sentence) => {
    const reason = await reasonOf(tagsOf('kubernetes-1.34', claims, prod))
    expect(reason).toStartWith('identity-token-rejected')
    expect(reason).toMatch(sentence)
  })
})

describe('session tags of claims', () => {
  const claimTags = [
    { tagKey: 'Repository', claim: 'repository' },
    { tagKey: 'Ref', claim: 'ref' },
    { tagKey: 'Missing', claim: 'nothing' },
  ]
  test('are those that the registration names, as far as the token has them', async () => {
    const tags = await tagsOf('github-actions', {}, { claimTags })
    expect(tags.ofProvider).toEqual([
      { key: 'Repository', value: 'octo-org/octo-repo' },
      { key: 'Ref', value: 'refs/heads/main' },
    ])
    expect(tags.transitiveTagKeys).toEqual([])
  })

  test.each([
    [{ ref: 'refs/heads/a#b' }, /letters, digits/],
    [{ ref: 'x'.repeat(257) }, /letters, digits/],
    [{ ref: ['a', 'b'] }, /one value/],
    [{ ref: [] }, /one value/],
  ])('a claim that makes no tag is refused, not cut: %j', async (claims, sentence) => {
    expect(await reasonOf(tagsOf('github-actions', claims, { claimTags }))).toMatch(sentence)
  })

  test('a registration cannot make one tag of two claims', async () => {
    const mapped = { claimTags: [...claimTags, { tagKey: 'REF', claim: 'sha' }] }
    expect(await reasonOf(tagsOf('github-actions', {}, mapped))).toMatch(/two session tags/)
  })

  test('a registration cannot make the tags of clusters', async () => {
    const mapped = { claimTags: [{ tagKey: 'Kubernetes-Namespace', claim: 'ref' }] }
    expect(await reasonOf(tagsOf('github-actions', {}, mapped))).toMatch(/only for clusters/)
  })
})

describe('what a token asks for', () => {
  const nested = (principal_tags: object, transitive_tag_keys: unknown = []) => ({
    'https://aws.amazon.com/tags': { principal_tags, transitive_tag_keys },
  })
  test('is a tag of its own, nested or flat, and one that goes on', async () => {
    const asked = nested({ organization_slug: ['example-org'], Team: ['a'] }, ['team'])
    const expected = [
      { key: 'organization_slug', value: 'example-org' },
      { key: 'Team', value: 'a' },
    ]
    const tags = await tagsOf('buildkite', { ...asked, 'https://aws.amazon.com/source_identity': 'job-7' })
    expect(tags).toEqual({ ofProvider: [], ofToken: expected, transitiveTagKeys: ['Team'], sourceIdentity: 'job-7' })
    const flat = {
      'https://aws.amazon.com/tags/principal_tags/organization_slug': 'example-org',
      'https://aws.amazon.com/tags/principal_tags/Team': ['a'],
      'https://aws.amazon.com/tags/transitive_tag_keys': ['Team'],
    }
    expect((await tagsOf('buildkite', flat)).ofToken).toEqual(expected)
  })

  test('is nothing when it asks for nothing', async () => {
    expect(await tagsOf('buildkite')).toEqual({
      ofProvider: [],
      ofToken: [],
      transitiveTagKeys: [],
      sourceIdentity: undefined,
    })
  })

  const claimTags = [{ tagKey: 'Pipeline', claim: 'pipeline_slug' }]
  test.each([
    [nested({ 'kubernetes-namespace': ['kube-system'] }), /only the identity provider sets/],
    [nested({ 'EKS-Cluster-Name': ['prod-1'] }), /only the identity provider sets/],
    [nested({ Pipeline: ['other'] }), /only the identity provider sets/],
    [nested({ PIPELINE: ['other'] }), /only the identity provider sets/],
    [nested({ Team: ['a', 'b'] }), /one value/],
    [nested({ Team: [] }), /one value/],
    [nested({ 'aws:PrincipalAccount': ['1'] }), /aws:/],
    [nested({ '': ['1'] }), /1 to 128/],
    [nested({ Team: ['*'] }), /letters, digits/],
    [nested({ Team: ['a'], team: ['b'] }), /case/],
    [{ ...nested({ Team: ['a'] }), 'https://aws.amazon.com/tags/principal_tags/Team': 'b' }, /nested/],
    [nested(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, ['1']]))), /50 session tags/],
    [nested({ Team: ['a'] }, ['Other']), /transitive/],
    [nested({ Team: ['a'] }, ['Pipeline']), /transitive/],
    [{ 'https://aws.amazon.com/source_identity': 'a b' }, /source identity/],
    [{ 'https://aws.amazon.com/source_identity': 'aws:x' }, /source identity/],
    [{ 'https://aws.amazon.com/source_identity': 'x'.repeat(65) }, /source identity/],
    [{ 'https://aws.amazon.com/source_identity': ['a1', 'b1'] }, /source identity/],
  ])('%j is rejected', async (claims, sentence) => {
    const reason = await reasonOf(tagsOf('buildkite', claims, { claimTags }))
    expect(reason).toStartWith('identity-token-rejected')
    expect(reason).toMatch(sentence)
  })

  test('never sets the tags of a cluster, not even to what they are', async () => {
    const asked = nested({ 'kubernetes-namespace': ['payments'] })
    const reason = await reasonOf(tagsOf('kubernetes-1.34', asked, { kubernetesCluster: 'prod-1' }))
    expect(reason).toMatch(/only the identity provider sets/)
  })
})
