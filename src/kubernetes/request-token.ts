import { fieldsOf } from './fields-of.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeRefusal } from './kube-refusal.ts'
import type { PullSecretSettings } from './pull-secret-options.ts'

/** A service account's token. */
export interface IssuedToken {
  readonly token: string
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number
}

/** A JWT in its compact form; its parts are the registry's business. */
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/**
 * A token of the account that pull secrets are of, made by the API (TokenRequest); the account too, where it is missing.
 *
 * @throws {KubeRefusal} when one of both may not be made
 */
export async function requestToken(
  client: KubeClient,
  namespace: string,
  { settings, signal }: { readonly settings: PullSecretSettings; readonly signal: AbortSignal },
): Promise<IssuedToken> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
  const spec = { audiences: [settings.audience], expirationSeconds: settings.tokenTtlSeconds }
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }
  const request = { path: `${accounts}/${settings.name}/token`, method: 'POST', body, signal } as const
  try {
    return parseToken(await client.ask(request))
  } catch (error) {
    if (!(error instanceof KubeRefusal) || error.status !== 404) throw error
  }
  const metadata = { name: settings.name, namespace }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false }
  await client.ask({ path: accounts, method: 'POST', body: account, signal })
  return parseToken(await client.ask(request))
}

function parseToken(answer: unknown): IssuedToken {
  const { token, expirationTimestamp } = fieldsOf(fieldsOf(answer).status)
  const expiresAtMs = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN
  if (typeof token !== 'string' || !JWT.test(token) || Number.isNaN(expiresAtMs)) {
    throw new Error('the Kubernetes API answers no token')
  }
  return { token, expiresAtMs }
}
