import { fieldsOf } from './fields-of.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeRefusal } from './kube-refusal.ts'
import { isKubeName } from './pull-secret-options.ts'

export const NAMESPACE_LABEL = 'lading.dev/pull-secrets'
export const ROLE_ANNOTATION = 'lading.dev/role-arn'

const SELECTOR = `labelSelector=${encodeURIComponent(`${NAMESPACE_LABEL}=true`)}`
/** Names, labels and annotations only (API concepts, "Metadata-only fetches", read 2026-11-27). */
const LIST_TYPE = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
const EVENT_TYPE = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
const PAGE = 500
/** A watch is begun anew so often, with a fresh list: whatever it may have missed is known then. */
const WATCH_SECONDS = 300
/** Past that the connection is taken for dead: nobody on the way may have said so. */
const WATCH_TIMEOUT_MS = (WATCH_SECONDS + 30) * 1000

/** A namespace whose pods are to pull, and the role that it names itself. */
export interface ListedNamespace {
  readonly name: string
  readonly roleArn: string | undefined
}

export interface NamespaceList {
  readonly namespaces: readonly ListedNamespace[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

/** Every namespace with the label, over as many pages as it takes. */
export async function listNamespaces(client: KubeClient, signal: AbortSignal): Promise<NamespaceList> {
  const namespaces: ListedNamespace[] = []
  let next = ''
  for (;;) {
    const path = `/api/v1/namespaces?${SELECTOR}&limit=${PAGE}${next}`
    const answer = fieldsOf(await client.ask({ path, method: 'GET', headers: { accept: LIST_TYPE }, signal }))
    if (!Array.isArray(answer.items)) throw new Error('the Kubernetes API answers no list of namespaces')
    namespaces.push(...answer.items.map(parseNamespace).filter((one) => one !== undefined))
    const { continue: token, resourceVersion } = fieldsOf(answer.metadata)
    if (typeof token !== 'string' || token === '') return { namespaces, resourceVersion: String(resourceVersion) }
    next = `&continue=${encodeURIComponent(token)}`
  }
}

/** Resolves when something about a namespace with the label has changed since, or nothing has for some minutes. */
export async function waitForChange(client: KubeClient, resourceVersion: string, signal: AbortSignal): Promise<void> {
  const from = `resourceVersion=${encodeURIComponent(resourceVersion)}&timeoutSeconds=${WATCH_SECONDS}`
  const path = `/api/v1/namespaces?watch=true&${SELECTOR}&${from}`
  // Whatever comes is looked up in a fresh list, also "too old": one way to know things is enough.
  const limited = AbortSignal.any([signal, AbortSignal.timeout(WATCH_TIMEOUT_MS)])
  for await (const _event of client.watch(path, { accept: EVENT_TYPE }, limited)) return
}

/** One that was named by whoever set us up, or undefined while there is no such namespace. */
export async function findNamespace(
  client: KubeClient,
  name: string,
  signal: AbortSignal,
): Promise<ListedNamespace | undefined> {
  try {
    const headers = { accept: EVENT_TYPE }
    return parseNamespace(await client.ask({ path: `/api/v1/namespaces/${name}`, method: 'GET', headers, signal }))
  } catch (error) {
    if (error instanceof KubeRefusal && error.status === 404) return undefined
    throw error
  }
}

function parseNamespace(object: unknown): ListedNamespace | undefined {
  const { name, annotations } = fieldsOf(fieldsOf(object).metadata)
  if (typeof name !== 'string' || !isKubeName(name)) return undefined
  const roleArn = fieldsOf(annotations)[ROLE_ANNOTATION]
  return { name, roleArn: typeof roleArn === 'string' ? roleArn : undefined }
}
