/** Where a Kubernetes API is, whom it takes us for, and what proves that it is the one. */
export interface KubeEndpoint {
  readonly url: string
  readonly token: string
  /** The PEM text of the certificates to trust. */
  readonly ca: string
}

export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** The API's own answer to something that it refuses. */
export class KubeRefusal extends Error {
  override readonly name = 'KubeRefusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly contentType?: string
}

/** Plain requests, as kubectl makes them. */
export class KubeApi {
  readonly #endpoint: KubeEndpoint

  constructor(endpoint: KubeEndpoint) {
    this.#endpoint = endpoint
  }

  /** The same API as somebody else. */
  as(token: string): KubeApi {
    return new KubeApi({ ...this.#endpoint, token })
  }

  /** @throws {KubeRefusal} for every status that is not a success */
  // The shape of an answer is the API's own, which its version fixes: whoever asks names it.
  async ask<Answer>(path: string, { method = 'GET', body, contentType }: KubeRequest = {}): Promise<Answer> {
    const { url, token, ca } = this.#endpoint
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType ?? 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      tls: { ca },
    })
    const text = await response.text()
    if (!response.ok) throw new KubeRefusal(response.status, `${method} ${path}: ${response.status} ${text}`)
    // See above.
    return (text.startsWith('{') ? JSON.parse(text) : text) as Answer
  }

  /** `kubectl apply --server-side`: makes the object or changes it to be so. */
  async apply(object: KubeObject): Promise<void> {
    const path = `${collectionOf(object)}/${object.metadata.name}?fieldManager=test&force=true`
    await this.ask(path, { method: 'PATCH', body: object, contentType: 'application/apply-patch+yaml' })
  }
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  Secret: 'secrets',
  Pod: 'pods',
  Deployment: 'deployments',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
}

function collectionOf({ apiVersion, kind, metadata }: KubeObject): string {
  const plural = PLURALS[kind]
  if (plural === undefined) throw new Error(`nobody has said what the plural of ${kind} is`)
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return metadata.namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${metadata.namespace}/${plural}`
}
