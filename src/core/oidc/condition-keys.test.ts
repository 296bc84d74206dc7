import { describe, expect, test } from 'bun:test'
import { makeSigner, newProvider, tokenFixture } from '../../../test/support/identity-tokens.ts'
import { verifiedFixture } from '../../../test/support/verified-fixture.ts'
import { parseCompactToken } from './compact-token.ts'
import { conditionKeysOf } from './condition-keys.ts'
import { type VerifiedToken, verifyIdentityToken } from './verify-identity-token.ts'

const ACCOUNT = '222222222222'

async function keysOf(name: string, changes?: Readonly<Record<string, unknown>>) {
  const { provider, verified } = await verifiedFixture(name, changes)
  return conditionKeysOf(provider, verified, ACCOUNT)
}

describe('condition keys', () => {
  test('of GitHub Actions', async () => {
    const keys = await keysOf('github-actions')
    expect(keys).toMatchObject({
      'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:environment:prod',
      'token.actions.githubusercontent.com:aud': 'https://github.com/octo-org',
      'token.actions.githubusercontent.com:repository_id': '74',
      'token.actions.githubusercontent.com:environment': 'prod',
      'token.actions.githubusercontent.com:head_ref': '',
      'token.actions.githubusercontent.com:job_workflow_ref':
        'octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main',
      'token.actions.githubusercontent.com:exp': '1632493867',
      'aws:federatedprovider': `arn:aws:iam::${ACCOUNT}:oidc-provider/github-actions`,
    })
    // Every claim, and the provider.
    expect(Object.keys(keys).length).toBe(Object.keys(await tokenFixture('github-actions')).length + 1)
  })

  test.each([
    ['github-actions-immutable-at', 'repo:octocat@123456/my-repo@456789:ref:refs/heads/main'],
    ['github-actions-immutable-dash', 'repo:octo-org-123456/octo-repo-456789:ref:refs/heads/octo-branch'],
  ])('of %s have ids that do not change with the name', async (name, sub) => {
    expect(await keysOf(name)).toMatchObject({
      'token.actions.githubusercontent.com:sub': sub,
      'token.actions.githubusercontent.com:repository_id': '456789',
      'token.actions.githubusercontent.com:repository_owner_id': '123456',
    })
  })

  test('of GitLab, whose list of objects has no form', async () => {
    const keys = await keysOf('gitlab')
    expect(keys).toMatchObject({
      'gitlab.example.com:sub': 'project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1',
      'gitlab.example.com:ref_protected': 'false',
      'gitlab.example.com:runner_id': '1',
    })
    expect(Object.keys(keys).filter((key) => key.includes('user_identities'))).toEqual([])
  })

  test('of Buildkite, without what is null', async () => {
    const keys = await keysOf('buildkite')
    expect(keys['agent.buildkite.com:build_number']).toBe('5')
    expect(keys['agent.buildkite.com:pipeline_slug']).toBe('example-pipeline')
    expect('agent.buildkite.com:build_tag' in keys).toBe(false)
  })

  test('of CircleCI, whose issuer has a path and whose claims have slashes', async () => {
    const prefix = 'oidc.circleci.com/org/5b9c2f3e-6a51-4c0e-9a25-0d9c6a8d1f10'
    expect(await keysOf('circleci-v2')).toMatchObject({
      [`${prefix}:oidc.circleci.com/project-id`]: '8b2a64a1-3d2f-4b4e-8f6b-3f1c2b7a9d21',
      [`${prefix}:oidc.circleci.com/ssh-rerun`]: 'false',
      [`${prefix}:oidc.circleci.com/context-ids`]: [
        'a74579f1-2e7d-451e-b009-5c082ad2729e',
        'cb32986e-2f6f-4f43-b2bd-d3c2fd98e903',
      ],
    })
  })

  test('of Kubernetes, nested claims by their path', async () => {
    expect(await keysOf('kubernetes-1.34')).toMatchObject({
      'kubernetes.default.svc.cluster.local:kubernetes.io/namespace': 'payments',
      'kubernetes.default.svc.cluster.local:kubernetes.io/node/name': 'my-node',
      'kubernetes.default.svc.cluster.local:kubernetes.io/warnafter': '1729605247',
      'kubernetes.default.svc.cluster.local:jti': 'aed34954-b33a-4142-b1ec-389d6bbb4936',
      'kubernetes.default.svc.cluster.local:aud': 'registry.example.com',
    })
  })

  test('are in lower case, and have one audience whatever the token lists', async () => {
    const { provider, verified } = await verifiedFixture('gitlab', {
      Team: 'A',
      aud: ['x', 'https://vault.example.com'],
    })
    const keys = conditionKeysOf({ ...provider, issuer: 'https://GitLab.Example.com' }, verified, ACCOUNT)
    expect(keys['gitlab.example.com:team']).toBe('A')
    expect(keys['gitlab.example.com:aud']).toBe('https://vault.example.com')
  })

  test('no claim passes for that of another port or of ours', async () => {
    const claims = { '8443:sub': 'admin', '8443/x:sub': 'admin', __proto__x: '1', 'aws:federatedprovider': 'me' }
    const keys = await keysOf('gitlab', JSON.parse(JSON.stringify(claims).replace('__proto__x', '__proto__')))
    expect(Object.keys(keys).filter((key) => key.includes('8443'))).toEqual([])
    expect(keys['aws:federatedprovider']).toBe(`arn:aws:iam::${ACCOUNT}:oidc-provider/gitlab`)
    expect(keys['gitlab.example.com:__proto__']).toBe('1')
    expect(Object.getPrototypeOf(keys)).toBeNull()
  })
})

test('an issuer with the name of a namespace of ours says nothing at all', async () => {
  const { provider, verified } = await verifiedFixture('gitlab')
  for (const name of ['aws', 'STS', 'iam']) {
    const named = { ...provider, issuer: `https://${name}` }
    expect(() => conditionKeysOf(named, verified, ACCOUNT)).toThrow(
      expect.objectContaining({ reason: 'identity-token-rejected' }),
    )
  }
  expect(conditionKeysOf({ ...provider, issuer: 'https://aws.example' }, verified, ACCOUNT)).toBeDefined()
})

test('two clusters with one issuer and one key id never cross', async () => {
  const clusters = ['prod-1', 'stage-1'].map((name) => ({ name, signer: makeSigner('RS256', 'same-id') }))
  const claims = await tokenFixture('kubernetes-1.34')
  const verify = (from: number, to: number): VerifiedToken => {
    const [issuing, trusted] = [clusters[from], clusters[to]]
    if (issuing === undefined || trusted === undefined) throw new Error('no such cluster')
    return verifyIdentityToken({
      token: parseCompactToken(issuing.signer.sign(claims)),
      provider: newProvider({ issuer: claims.iss, kubernetesCluster: trusted.name }),
      keys: [trusted.signer.verificationKey],
      nowMs: claims.iat * 1000,
    })
  }
  expect(verify(0, 0).subject).toBe(verify(1, 1).subject)
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ] as const)
    expect(() => verify(from, to)).toThrow('signature')
})
