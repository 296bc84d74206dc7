import { assertEqual, assertThat, step } from '../clients/steps.ts'
import {
  attachedTo,
  findSecret,
  type RunningController,
  readPullSecret,
  startController,
  untilAttached,
} from './controller.ts'
import { AUDIENCES } from './identity.ts'
import { type KubeApi, KubeRefusal } from './kube-api.ts'
import { createNamespace } from './pods.ts'
import type { Scenario } from './scenario.ts'
import { claimsOf } from './token-claims.ts'

const LABEL = { 'lading.dev/pull-secrets': 'true' }
const ROLE = 'arn:aws:iam::000000000000:role/controller'
const OWN_ROLE = 'arn:aws:iam::000000000000:role/own'

/** What the controller does to a cluster, whatever the registry makes of roles. */
export const pullSecretController: Scenario = {
  name: 'pull secret controller',
  needs: [],
  steps: (world) => {
    const { cluster, registry } = world
    const { api } = cluster
    let controller: RunningController | undefined
    return [
      step('it starts with no more rights than controller.yaml gives', async () => {
        await createNamespace(api, 'labelled', LABEL)
        await attachByHand(api, 'labelled')
        await createNamespace(api, 'unlabelled')
        controller = await startController(world, { roleArn: ROLE })
      }),
      step('a labelled namespace gets a secret with a token of its own', async () => {
        const { type, auths } = await readPullSecret(world, 'labelled')
        assertEqual([type, Object.keys(auths)], ['kubernetes.io/dockerconfigjson', [registry.host]], 'the secret')
        const { username, password } = auths[registry.host] ?? { username: '', password: '' }
        const { aud, sub } = claimsOf(password)
        assertEqual(
          [username, aud, sub],
          [ROLE, [AUDIENCES[0]], 'system:serviceaccount:labelled:lading-pull'],
          'the login',
        )
      }),
      step('its default service account pulls with it, and keeps what it had', async () => {
        await untilAttached(api, 'labelled', ['by-hand', 'lading-pull'])
      }),
      step('a namespace that is labelled later gets one too, with the role that it names itself', async () => {
        await createNamespace(api, 'later', LABEL, { 'lading.dev/role-arn': OWN_ROLE })
        const { auths } = await readPullSecret(world, 'later')
        assertEqual(auths[registry.host]?.username, OWN_ROLE, 'the role')
        await untilAttached(api, 'later', ['lading-pull'])
      }),
      step('a namespace without the label is left alone', async () => {
        assertEqual(await findSecret(api, 'unlabelled'), undefined, 'the secret')
        assertEqual(await attachedTo(api, 'unlabelled'), [], 'what its default account pulls with')
      }),
      step('it can read no secret, write no other, and issue no token but of its own accounts', async () => {
        const own = api.as(controller?.token ?? '')
        await assertForbidden(own, '/api/v1/namespaces/labelled/secrets/lading-pull')
        await assertForbidden(own, '/api/v1/secrets')
        const other = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other', namespace: 'labelled' } } as const
        await assertRefused(() => own.apply(other))
        const token = {
          method: 'POST',
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
        } as const
        await assertForbidden(own, '/api/v1/namespaces/labelled/serviceaccounts/default/token', token)
      }),
      step('it has said nothing secret, has met no trouble, and ends when told', async () => {
        await controller?.stop()
        const lines = (await controller?.readLines()) ?? []
        assertThat(lines.length >= 2 && lines.every((line) => JSON.parse(line).level === 'info'), lines.join('\n'))
        assertThat(!lines.some((line) => line.includes('eyJ')), 'a token is in the log')
      }),
    ]
  },
}

async function attachByHand(api: KubeApi, namespace: string): Promise<void> {
  const body = { imagePullSecrets: [{ name: 'by-hand' }] }
  const contentType = 'application/merge-patch+json'
  await api.ask(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, { method: 'PATCH', body, contentType })
}

async function assertForbidden(api: KubeApi, path: string, request: Parameters<KubeApi['ask']>[1] = {}): Promise<void> {
  await assertRefused(() => api.ask(path, request))
}

async function assertRefused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof KubeRefusal && error.status === 403) return
    throw error
  }
  throw new Error('was allowed, but should have been refused')
}
