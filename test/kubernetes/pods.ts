import { NODE_NAME } from './control-plane.ts'
import type { KubeApi, KubeObject } from './kube-api.ts'

const SETTLE_TIMEOUT_SECONDS = 90

export interface PodRequest {
  readonly namespace: string
  readonly name: string
  readonly image: string
  /** Default: `default`. */
  readonly serviceAccount?: string
  /** Names of secrets in the namespace. */
  readonly pullSecrets?: readonly string[]
}

/** How a pod ended up: running, or with its image not pulled. */
export interface PodOutcome {
  readonly state: 'running' | 'image-not-pulled'
  /** What the kubelet has said of the pod, oldest first. */
  readonly events: readonly string[]
}

interface PodStatus {
  readonly status: {
    readonly phase: string
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[]
  }
}

/** A namespace with the service account that a controller would have made there. */
export async function createNamespace(
  api: KubeApi,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } })
  await createServiceAccount(api, name, 'default')
}

export async function createServiceAccount(
  api: KubeApi,
  namespace: string,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name, annotations } })
}

/** A `kubernetes.io/dockerconfigjson` secret, as `kubectl create secret docker-registry` makes it. */
export async function createPullSecret(
  api: KubeApi,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  login: { readonly host: string; readonly username: string; readonly password: string },
): Promise<void> {
  const { host, username, password } = login
  const auths = { [host]: { username, password, auth: btoa(`${username}:${password}`) } }
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': btoa(JSON.stringify({ auths })) },
  }
  await api.apply(secret)
}

/** Makes a pod on the node and waits until it runs, or its image has been refused. @throws {Error} if neither comes */
export async function runPod(api: KubeApi, request: PodRequest): Promise<PodOutcome> {
  const { namespace, name } = request
  // Not by apply: that a service account's pull secrets are in here is what the API adds when a pod is made.
  await api.ask(`/api/v1/namespaces/${namespace}/pods`, { method: 'POST', body: podOf(request) })
  const deadline = Date.now() + SETTLE_TIMEOUT_SECONDS * 1000
  while (Date.now() < deadline) {
    const { status } = await api.ask<PodStatus>(`/api/v1/namespaces/${namespace}/pods/${name}`)
    const reasons = (status.containerStatuses ?? []).map(({ state }) => state.waiting?.reason ?? '')
    const isRefused = reasons.some((reason) => reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    if (status.phase === 'Running' || isRefused) {
      const state = status.phase === 'Running' ? 'running' : 'image-not-pulled'
      return { state, events: await readEvents(api, namespace, name) }
    }
    await Bun.sleep(200)
  }
  const events = await readEvents(api, namespace, name)
  throw new Error(`pod ${namespace}/${name} has not settled in ${SETTLE_TIMEOUT_SECONDS} s:\n${events.join('\n')}`)
}

/** Takes the pod away at once, without waiting for the node. */
export async function deletePod(api: KubeApi, namespace: string, name: string): Promise<void> {
  await api.ask(`/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`, { method: 'DELETE' })
}

/** `kubectl create token` */
export async function createToken(
  api: KubeApi,
  account: { readonly namespace: string; readonly name: string },
  audience?: string,
): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: audience === undefined ? {} : { audiences: [audience] },
  }
  const { status } = await api.ask<{ status: { token: string } }>(path, { method: 'POST', body })
  return status.token
}

/** The public keys that the cluster's tokens are signed with, as text: what is uploaded to a registry. */
export async function fetchJwks(api: KubeApi): Promise<string> {
  return JSON.stringify(await api.ask<object>('/openid/v1/jwks'))
}

async function readEvents(api: KubeApi, namespace: string, pod: string): Promise<readonly string[]> {
  const selector = encodeURIComponent(`involvedObject.name=${pod}`)
  const { items } = await api.ask<{ items: { reason: string; message: string }[] }>(
    `/api/v1/namespaces/${namespace}/events?fieldSelector=${selector}`,
  )
  return items.map(({ reason, message }) => `${reason}: ${message}`)
}

function podOf({ namespace, name, image, serviceAccount, pullSecrets }: PodRequest): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: {
      nodeName: NODE_NAME,
      hostNetwork: true,
      dnsPolicy: 'Default',
      serviceAccountName: serviceAccount ?? 'default',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      imagePullSecrets: (pullSecrets ?? []).map((secret) => ({ name: secret })),
      // Always: what another pod has pulled is on the node already, and only the registry can say who may have it.
      containers: [{ name: 'main', image, imagePullPolicy: 'Always' }],
    },
  }
}
