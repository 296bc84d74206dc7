import { openSync } from 'node:fs'
import { join } from 'node:path'
import { spawnInGroup } from '../clients/children.ts'
import { assertEqual, assertThat } from '../clients/steps.ts'
import { AUDIENCES } from './identity.ts'
import { type KubeApi, KubeRefusal } from './kube-api.ts'
import { applyManifest } from './manifests.ts'
import { createToken } from './pods.ts'
import type { World } from './scenario.ts'

const ACCOUNT = { namespace: 'lading-system', name: 'lading-pull-secrets' }
const PROGRAM = join(import.meta.dirname, '../../src/main/lading.ts')
const WRITTEN_TIMEOUT_SECONDS = 20

/** Our controller, with the rights that controller.yaml gives it and no others. */
export interface RunningController {
  /** What it shows to the API. */
  readonly token: string
  /** What it has logged, an object a line. */
  readLines(): Promise<readonly string[]>
  /** @throws {Error} when it does not end well */
  stop(): Promise<void>
}

/** Runs `lading pull-secrets` as the Deployment does, beside the cluster. */
export async function startController(
  { cluster, registry, directory }: World,
  options: { readonly roleArn: string },
): Promise<RunningController> {
  const { api, controlPlane } = cluster
  await applyManifest(api, 'controller.yaml')
  const token = await createToken(api, ACCOUNT)
  const [tokenFile, logFile] = [join(directory, 'token'), join(directory, 'controller.log')]
  await Bun.write(tokenFile, token)
  const child = spawnInGroup([process.execPath, PROGRAM, 'pull-secrets'], {
    environment: {
      LADING_PULL_SECRETS_REGISTRY_HOSTS: registry.host,
      LADING_PULL_SECRETS_ROLE_ARN: options.roleArn,
      LADING_PULL_SECRETS_AUDIENCE: AUDIENCES[0],
      LADING_PULL_SECRETS_API_URL: controlPlane.url,
      LADING_PULL_SECRETS_API_TOKEN_FILE: tokenFile,
      LADING_PULL_SECRETS_API_CA_FILE: controlPlane.certificateFile,
    },
    log: openSync(logFile, 'a'),
  })
  const stop = async () => {
    child.kill('SIGTERM')
    assertEqual(await child.exited, 0, 'the exit status of the controller')
  }
  return { token, stop, readLines: async () => (await Bun.file(logFile).text()).trimEnd().split('\n') }
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
