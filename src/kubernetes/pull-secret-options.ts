import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { KubeApiOptions } from './kube-client.ts'

/** What keeps pull secrets fresh where, and what is in them. */
export interface PullSecretControllerOptions {
  readonly kubeApi: KubeApiOptions
  /** These namespaces; left out, every one with the label `lading.dev/pull-secrets: "true"`. */
  readonly namespaces?: readonly string[]
  /** What image references begin with: `registry.example.com`, with its port where it has one. At least one. */
  readonly registryHosts: readonly string[]
  /** The ARN of the role that a namespace pulls as, unless its annotation `lading.dev/role-arn` names another. */
  readonly roleArn: string
  /** What the tokens are issued for: the audience that the role's trust names. */
  readonly audience: string
  /** The secret, and the service account that its token is of; one of no rights, made where it is missing. */
  readonly name?: string
  /** The service accounts whose pods pull with the secret. */
  readonly serviceAccounts?: readonly string[]
  /** How long tokens are asked to last; the API may shorten it, and refuses less than ten minutes. */
  readonly tokenTtlSeconds?: number
  readonly clock: Clock
  readonly log: Log
  /** Ends it. */
  readonly signal: AbortSignal
  /** A number from 0 to 1, as `Math.random` gives them. */
  readonly chance?: () => number
}

/** The same, checked and complete. */
export type PullSecretSettings = Required<Omit<PullSecretControllerOptions, 'namespaces' | 'kubeApi' | 'signal'>>

const DEFAULTS = { name: 'lading-pull', serviceAccounts: ['default'], tokenTtlSeconds: 3600, chance: Math.random }

/** RFC 1123 labels, as Kubernetes has them. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const LONGEST_NAME = 63
const HOST = /^[A-Za-z0-9.[\]:-]+$/
const ROLE = /^arn:[a-z-]+:iam::[0-9]{12}:role\/[A-Za-z0-9+=,.@_/-]+$/
const SHORTEST_TOKEN_SECONDS = 600

/** @throws {Error} with a sentence for whoever wrote the options */
export function checkOptions(options: PullSecretControllerOptions): PullSecretSettings {
  const { kubeApi: _api, namespaces, signal: _signal, ...rest } = options
  const settings = { ...DEFAULTS, ...rest }
  const names = [settings.name, ...settings.serviceAccounts, ...(namespaces ?? [])]
  for (const name of names.filter((one) => !isKubeName(one))) {
    throw new Error(`${JSON.stringify(name)} is not a name of Kubernetes`)
  }
  if (settings.registryHosts.length === 0 || !settings.registryHosts.every((host) => HOST.test(host))) {
    throw new Error('registryHosts has to be hosts as they stand in image references, at least one')
  }
  if (!isRoleArn(settings.roleArn)) throw new Error(`${JSON.stringify(settings.roleArn)} is not the ARN of a role`)
  if (settings.audience === '') throw new Error('the audience is empty: the API would issue tokens that open itself')
  if (!(settings.tokenTtlSeconds >= SHORTEST_TOKEN_SECONDS)) {
    throw new Error(`tokenTtlSeconds has to be at least ${SHORTEST_TOKEN_SECONDS}`)
  }
  return settings
}

export function isKubeName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text)
}

export function isRoleArn(text: string): boolean {
  return text.length <= 2048 && ROLE.test(text)
}
