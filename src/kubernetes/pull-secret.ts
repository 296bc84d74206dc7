import type { PullSecretSettings } from './pull-secret-options.ts'

/** Who wrote the fields of a secret, as server-side apply calls it. */
export const FIELD_MANAGER = 'lading-pull-secrets'

/**
 * The secret that lets a namespace pull. Kubelets take what stands under `auths` (a docker configuration). There is no
 * `auth` in it, the pair joined and encoded: whoever takes that apart at its first colon ends inside of the ARN.
 */
export function pullSecretOf(
  namespace: string,
  settings: Pick<PullSecretSettings, 'name' | 'registryHosts'>,
  login: { readonly roleArn: string; readonly token: string },
): Record<string, unknown> {
  const entry = { username: login.roleArn, password: login.token }
  const auths = Object.fromEntries(settings.registryHosts.map((host) => [host, entry]))
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: settings.name, namespace, labels: { 'app.kubernetes.io/managed-by': FIELD_MANAGER } },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  }
}
