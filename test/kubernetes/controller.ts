import { runPullSecretController } from '../../src/kubernetes/run-pull-secret-controller.ts'
import { assertThat } from '../clients/steps.ts'
import { KubeRefusal } from './kube-api.ts'
import { applyManifest } from './manifests.ts'
import { createToken } from './pods.ts'
import type { World } from './scenario.ts'

export const CONTROLLER_AUDIENCE = 'registry.example.com'
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
    audience: CONTROLLER_AUDIENCE,
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

export async function findSecret(api: World['cluster']['api'], namespace: string) {
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
