import { fieldsOf } from './fields-of.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeRefusal } from './kube-refusal.ts'

/**
 * Lets the pods of a service account pull with a secret: its name is added to the account's `imagePullSecrets`, which
 * the API copies into every pod that is made from then on. What others have put there stays.
 *
 * @returns whether there is such an account
 * @throws {KubeRefusal} 409 when somebody else has changed it meanwhile: the list is replaced as a whole (it is an atomic
 * one), so it is only written over the one that was read
 */
export async function attachPullSecret(
  client: KubeClient,
  account: { readonly namespace: string; readonly name: string; readonly secret: string },
  signal: AbortSignal,
): Promise<boolean> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}`
  const found = await findAccount(client, path, signal)
  if (found === undefined) return false
  const attached = Array.isArray(found.imagePullSecrets) ? found.imagePullSecrets : []
  if (attached.some((one) => fieldsOf(one).name === account.secret)) return true
  const { resourceVersion } = fieldsOf(found.metadata)
  const body = { metadata: { resourceVersion }, imagePullSecrets: [...attached, { name: account.secret }] }
  await client.ask({ path, method: 'PATCH', body, headers: { 'content-type': 'application/merge-patch+json' }, signal })
  return true
}

async function findAccount(client: KubeClient, path: string, signal: AbortSignal) {
  try {
    return fieldsOf(await client.ask({ path, method: 'GET', signal }))
  } catch (error) {
    if (error instanceof KubeRefusal && error.status === 404) return undefined
    throw error
  }
}
