import { runPullSecretController } from '../../src/kubernetes/run-pull-secret-controller.ts'
import { assertEqual, assertThat } from '../clients/steps.ts'
import { AUDIENCES } from './identity.ts'
import { type KubeApi, KubeRefusal } from './kube-api.ts'
import { applyManifest } from './manifests.ts'
import { createToken } from './pods.ts'
import type { World } from './scenario.ts'

const ACCOUNT = { namespace: 'lading-system', name: 'lading-pull-secrets' }
const WRITTEN_TIMEOUT_SECONDS = 20

/** Our controller, with the rights that controller.yaml gives it and no others. */
export interface RunningController {
  /** What it shows to the API. */
  readonly token: string
  /** What it has logged, each line with its fields. */
  readonly lines: readonly string[]
  stop(): Promise<void>
}

export async function startController(
  { cluster, registry }: World,
  options: { readonly roleArn: string },
): Promise<RunningController> {
  const { api, controlPlane } = cluster
  await applyManifest(api, 'controller.yaml')
  const token = await createToken(api, ACCOUNT)
  const ending = new AbortController()
  const lines: string[] = []
  const done = runPullSecretController({
    kubeApi: {
      url: controlPlane.url,
      credential: { token },
      ca: await Bun.file(controlPlane.certificateFile).text(),
    },
    registryHosts: [registry.host],
    roleArn: options.roleArn,
    audience: AUDIENCES[0],
    clock: { nowMs: Date.now },
    log: {
      writes: () => true,
      write: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    },
    signal: ending.signal,
  })
  const stop = async () => {
    ending.abort()
    await done
  }
  return { token, lines, stop }
}

/** The logins in a namespace's pull secret, by host; waits until there is one. */
export async function readPullSecret({ cluster }: World, namespace: string) {
  const deadline = Date.now() + WRITTEN_TIMEOUT_SECONDS * 1000
  for (;;) {
    const secret = await findSecret(cluster.api, namespace)
    if (secret !== undefined) return secret
    assertThat(Date.now() < deadline, `there is no pull secret in ${namespace} after ${WRITTEN_TIMEOUT_SECONDS} s`)
    await Bun.sleep(100)
  }
}

export async function findSecret(api: KubeApi, namespace: string) {
  try {
    const { type, data } = await api.ask<{ type: string; data: Record<string, string> }>(
      `/api/v1/namespaces/${namespace}/secrets/lading-pull`,
    )
    const { auths } = JSON.parse(atob(data['.dockerconfigjson'] ?? ''))
    // The keys are hosts; whoever reads them looks for what he expects.
    return { type, auths: auths as Record<string, { username: string; password: string }> }
  } catch (error) {
    if (error instanceof KubeRefusal && error.status === 404) return undefined
    throw error
  }
}

/** What a namespace's default service account pulls with. */
export async function attachedTo(api: KubeApi, namespace: string): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`
  const { imagePullSecrets = [] } = await api.ask<{ imagePullSecrets?: { name: string }[] }>(path)
  return imagePullSecrets.map(({ name }) => name)
}

export async function untilAttached(api: KubeApi, namespace: string, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + WRITTEN_TIMEOUT_SECONDS * 1000
  while ((await attachedTo(api, namespace)).length < names.length && Date.now() < deadline) await Bun.sleep(100)
  assertEqual(await attachedTo(api, namespace), names, `what the default account of ${namespace} pulls with`)
}
