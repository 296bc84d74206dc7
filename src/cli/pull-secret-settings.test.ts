import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from './environment.ts'
import { readPullSecretSettings } from './pull-secret-settings.ts'

const DEPLOYMENT = join(import.meta.dir, '../../deploy/kubernetes/controller.yaml')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-pull-secrets-'))
  await Bun.write(join(folder, 'ca.crt'), 'certificates')
})
afterAll(async () => await rm(folder, { recursive: true }))

const inPod = () => ({
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  LADING_PULL_SECRETS_API_CA_FILE: join(folder, 'ca.crt'),
})

/** What the published Deployment gives to its container. */
async function published(): Promise<Record<string, string>> {
  const objects = Bun.YAML.parse(await Bun.file(DEPLOYMENT).text())
  // The file is our own.
  const { spec } = (objects as { kind: string; spec: never }[]).find(({ kind }) => kind === 'Deployment') as {
    spec: { template: { spec: { containers: [{ args: string[]; env: { name: string; value: string }[] }] } } }
  }
  const [{ args, env }] = spec.template.spec.containers
  expect(args).toEqual(['pull-secrets'])
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}

const read = (variables: Record<string, string>) => readPullSecretSettings(readEnvironment(variables).pullSecrets)

test('the variables of the published Deployment are enough in a pod', async () => {
  expect(await read({ ...(await published()), ...inPod(), PATH: '/bin' })).toEqual({
    registryHosts: ['registry.example.com'],
    roleArn: 'arn:aws:iam::000000000000:role/kubernetes-pull',
    audience: 'registry.example.com',
    kubeApi: {
      url: 'https://10.96.0.1:443',
      credential: { tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
      ca: 'certificates',
    },
  })
})

test('what is optional is read too', async () => {
  const more = {
    LADING_PULL_SECRETS_REGISTRY_HOSTS: 'a.example, b.example:5000',
    LADING_PULL_SECRETS_NAMESPACES: 'team-blue,team-green',
    LADING_PULL_SECRETS_SERVICE_ACCOUNTS: 'default,api',
    LADING_PULL_SECRETS_NAME: 'pull',
    LADING_PULL_SECRETS_TOKEN_TTL_SECONDS: '7200',
    LADING_PULL_SECRETS_API_URL: 'https://api.example:6443',
    LADING_PULL_SECRETS_API_TOKEN_FILE: '/token',
  }
  expect(await read({ ...(await published()), ...inPod(), ...more })).toMatchObject({
    registryHosts: ['a.example', 'b.example:5000'],
    namespaces: ['team-blue', 'team-green'],
    serviceAccounts: ['default', 'api'],
    name: 'pull',
    tokenTtlSeconds: 7200,
    kubeApi: { url: 'https://api.example:6443', credential: { tokenFile: '/token' } },
  })
})

test('an address of IPv6 is one', async () => {
  const { kubeApi } = await read({ ...(await published()), ...inPod(), KUBERNETES_SERVICE_HOST: 'fd00::1' })
  expect(kubeApi.url).toBe('https://[fd00::1]:443')
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a role that is missing', { LADING_PULL_SECRETS_ROLE_ARN: '' }, /LADING_PULL_SECRETS_ROLE_ARN is not set/],
  ['a role that is none', { LADING_PULL_SECRETS_ROLE_ARN: 'kubernetes-pull' }, /is not the ARN of a role/],
  ['an empty audience', { LADING_PULL_SECRETS_AUDIENCE: '' }, /LADING_PULL_SECRETS_AUDIENCE is not set/],
  ['a name that is misspelt', { LADING_PULL_SECRETS_NAMESPACE: 'a' }, /no setting LADING_PULL_SECRETS_NAMESPACE\./],
  ['a namespace that is none', { LADING_PULL_SECRETS_NAMESPACES: 'a,,b' }, /is not a name of Kubernetes/],
  ['a life that is no number', { LADING_PULL_SECRETS_TOKEN_TTL_SECONDS: '1h' }, /at least 600/],
  ['an API without TLS', { LADING_PULL_SECRETS_API_URL: 'http://10.0.0.1' }, /must be like https:/],
  ['no pod', { KUBERNETES_SERVICE_HOST: '' }, /This is no pod/],
  ['certificates that are not there', { LADING_PULL_SECRETS_API_CA_FILE: '/nowhere' }, /cannot be read/],
])('refuses %s', async (_, changes, says) => {
  await expect(read({ ...(await published()), ...inPod(), ...changes })).rejects.toThrow(says)
})
