import { expect, test } from 'bun:test'
import { checkOptions, type PullSecretControllerOptions } from './pull-secret-options.ts'

const OPTIONS: PullSecretControllerOptions = {
  kubeApi: { url: 'https://127.0.0.1:6443', credential: { token: 't' } },
  registryHosts: ['registry.example.com'],
  roleArn: 'arn:aws:iam::000000000000:role/team/pull',
  audience: 'registry.example.com',
  clock: { nowMs: () => 0 },
  log: { writes: () => false, write: () => {} },
  signal: new AbortController().signal,
}

test('what is left out has a default', () => {
  expect(checkOptions(OPTIONS)).toMatchObject({
    name: 'lading-pull',
    serviceAccounts: ['default'],
    tokenTtlSeconds: 3600,
  })
})

test.each<[string, Partial<PullSecretControllerOptions>, RegExp]>([
  ['a path in the place of a namespace', { namespaces: ['../kube-system'] }, /not a name of Kubernetes/],
  ['a namespace longer than Kubernetes has', { namespaces: ['a'.repeat(64)] }, /not a name of Kubernetes/],
  ['a secret with a slash in its name', { name: 'a/b' }, /not a name of Kubernetes/],
  ['a service account without a name', { serviceAccounts: [''] }, /not a name of Kubernetes/],
  ['no host', { registryHosts: [] }, /at least one/],
  ['a URL in the place of a host', { registryHosts: ['https://registry.example.com'] }, /at least one/],
  ['the ARN of a user', { roleArn: 'arn:aws:iam::000000000000:user/x' }, /not the ARN of a role/],
  ['a role with a quote in its name', { roleArn: 'arn:aws:iam::000000000000:role/x"' }, /not the ARN of a role/],
  ['no audience', { audience: '' }, /would issue tokens that open itself/],
  ['tokens that last too short', { tokenTtlSeconds: 60 }, /at least 600/],
  ['tokens that last for no number of seconds', { tokenTtlSeconds: Number.NaN }, /at least 600/],
])('%s is refused', (_, change, says) => {
  expect(() => checkOptions({ ...OPTIONS, ...change })).toThrow(says)
})
