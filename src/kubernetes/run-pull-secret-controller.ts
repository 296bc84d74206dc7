import { Gate } from './gate.ts'
import { keepNamespace } from './keep-namespace.ts'
import { Keepers } from './keepers.ts'
import { KubeClient } from './kube-client.ts'
import { findNamespace, listNamespaces, waitForChange } from './namespaces.ts'
import { checkOptions, type PullSecretControllerOptions } from './pull-secret-options.ts'
import { repeat } from './repeat.ts'

const REQUESTS_AT_ONCE = 8
/** Several changes that come together are one list. */
const LIST_AGAIN_MS = 1_000
/** Namespaces that were named are looked at so often, as nothing is watched. */
const NAMED_AGAIN_MS = 60_000

/**
 * Keeps a pull secret fresh in every namespace that is to have one, for clusters whose kubelets give no tokens to
 * credential providers (before Kubernetes 1.34). Its password is a service account's token, which the registry takes
 * together with the ARN of a role; it is renewed when half of its life is over.
 *
 * Secrets of namespaces that are to have none any more are left alone: they end with their tokens.
 *
 * @returns when the signal is given; trouble with the API is logged and tried again
 * @throws {Error} for options that make no sense, at once
 */
export async function runPullSecretController(options: PullSecretControllerOptions): Promise<void> {
  const settings = checkOptions(options)
  const { signal, namespaces } = options
  const client = new KubeClient(options.kubeApi)
  const keeping = { client, settings, gate: new Gate(REQUESTS_AT_ONCE) }
  const keepers = new Keepers((namespace, stop) => keepNamespace(keeping, namespace, AbortSignal.any([signal, stop])))
  const { log, chance } = settings
  await repeat({ onFailure: 'the namespaces could not be listed', fields: {}, log, chance, signal }, async () => {
    if (namespaces !== undefined) {
      const found = await Promise.all(namespaces.map((name) => findNamespace(client, name, signal)))
      keepers.keepOnly(found.filter((one) => one !== undefined))
      return NAMED_AGAIN_MS
    }
    const list = await listNamespaces(client, signal)
    keepers.keepOnly(list.namespaces)
    await waitForChange(client, list.resourceVersion, signal)
    return LIST_AGAIN_MS
  })
  await keepers.stop()
}
