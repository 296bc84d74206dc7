import { attachPullSecret } from './attach-pull-secret.ts'
import type { Gate } from './gate.ts'
import type { KubeClient } from './kube-client.ts'
import type { ListedNamespace } from './namespaces.ts'
import { FIELD_MANAGER, pullSecretOf } from './pull-secret.ts'
import { isRoleArn, type PullSecretSettings } from './pull-secret-options.ts'
import { refreshAfterMs } from './refresh-times.ts'
import { repeat } from './repeat.ts'
import { requestToken } from './request-token.ts'

/** Somebody may take our secret off an account, or make an account anew. */
const ACCOUNTS_AGAIN_MS = 5 * 60_000
/** A new namespace has its default account a moment later. */
const MISSING_ACCOUNT_AGAIN_MS = 5_000

export interface Keeping {
  readonly client: KubeClient
  readonly settings: PullSecretSettings
  /** So that thousands of namespaces do not all ask the API at once. */
  readonly gate: Gate
}

/** Keeps one namespace's pull secret fresh, and its service accounts attached to it, until the signal is given. */
export async function keepNamespace(keeping: Keeping, namespace: ListedNamespace, signal: AbortSignal): Promise<void> {
  const { gate, settings } = keeping
  const { log, chance } = settings
  const options = { fields: { namespace: namespace.name }, log, chance, signal }
  await Promise.all([
    repeat({ ...options, onFailure: 'a pull secret could not be renewed' }, () =>
      gate.through(() => renewSecret(keeping, namespace, signal)),
    ),
    repeat({ ...options, onFailure: 'a pull secret could not be attached' }, () =>
      gate.through(() => attachToAccounts(keeping, namespace.name, signal)),
    ),
  ])
}

async function renewSecret(keeping: Keeping, namespace: ListedNamespace, signal: AbortSignal): Promise<number> {
  const { client, settings } = keeping
  const { clock, log, chance } = settings
  const { name, roleArn = settings.roleArn } = namespace
  if (!isRoleArn(roleArn)) throw new Error('the annotation lading.dev/role-arn is not the ARN of a role')
  const { token, expiresAtMs } = await requestToken(client, name, { settings, signal })
  // A server-side apply may both make and change the one name that our rights are limited to;
  // a plain creation cannot be limited to a name.
  const path = `/api/v1/namespaces/${name}/secrets/${settings.name}?fieldManager=${FIELD_MANAGER}&force=true`
  const headers = { 'content-type': 'application/apply-patch+yaml' }
  const body = pullSecretOf(name, settings, { roleArn, token })
  await client.ask({ path, method: 'PATCH', body, headers, signal })
  log.write('info', 'a pull secret was renewed', { namespace: name, expiresAt: new Date(expiresAtMs).toISOString() })
  return refreshAfterMs(expiresAtMs - clock.nowMs(), chance())
}

async function attachToAccounts({ client, settings }: Keeping, namespace: string, signal: AbortSignal) {
  let missing = 0
  for (const name of settings.serviceAccounts) {
    const isThere = await attachPullSecret(client, { namespace, name, secret: settings.name }, signal)
    if (!isThere) missing += 1
  }
  return missing === 0 ? ACCOUNTS_AGAIN_MS : MISSING_ACCOUNT_AGAIN_MS
}
