import { readFile } from 'node:fs/promises'
import type { KubeApiOptions } from '../kubernetes/kube-client.ts'
import { checkOptions, type PullSecretControllerOptions } from '../kubernetes/pull-secret-options.ts'
import { CliProblem, reasonOf } from './cli-problem.ts'

/** What is written here is set by variables; the rest comes from the process that runs. */
type Settings = Omit<PullSecretControllerOptions, 'clock' | 'log' | 'signal' | 'chance'>

/** Every variable of the controller, as deploy/kubernetes/README.md has them. */
const VARIABLES = {
  registryHosts: 'LADING_PULL_SECRETS_REGISTRY_HOSTS',
  roleArn: 'LADING_PULL_SECRETS_ROLE_ARN',
  audience: 'LADING_PULL_SECRETS_AUDIENCE',
  namespaces: 'LADING_PULL_SECRETS_NAMESPACES',
  serviceAccounts: 'LADING_PULL_SECRETS_SERVICE_ACCOUNTS',
  name: 'LADING_PULL_SECRETS_NAME',
  tokenTtlSeconds: 'LADING_PULL_SECRETS_TOKEN_TTL_SECONDS',
  apiUrl: 'LADING_PULL_SECRETS_API_URL',
  tokenFile: 'LADING_PULL_SECRETS_API_TOKEN_FILE',
  caFile: 'LADING_PULL_SECRETS_API_CA_FILE',
} as const

export const PULL_SECRET_VARIABLES: readonly string[] = Object.values(VARIABLES)

/** Where the kubelet puts what a pod shows to the API (Kubernetes, "Accessing the API from a Pod", read 2026-11-27). */
const IN_POD = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The controller's settings; the cluster's API is the one that the pod is in unless something else is said.
 *
 * @param variables those that the command line takes from the environment
 * @throws {CliProblem} for what is missing, unknown or makes no sense
 */
export async function readPullSecretSettings(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const unknown = Object.keys(variables).find(
    (name) => name.startsWith('LADING_PULL_SECRETS_') && !PULL_SECRET_VARIABLES.includes(name),
  )
  // A restriction that was misspelt must not be none.
  if (unknown !== undefined) throw wrong(`There is no setting ${unknown}.`)
  const required = (name: string) => variables[name] ?? fail(`${name} is not set.`)
  const { namespaces, serviceAccounts, name, tokenTtlSeconds } = VARIABLES
  const settings = {
    registryHosts: listOf(required(VARIABLES.registryHosts)),
    roleArn: required(VARIABLES.roleArn),
    audience: required(VARIABLES.audience),
    ...optional('namespaces', variables[namespaces], listOf),
    ...optional('serviceAccounts', variables[serviceAccounts], listOf),
    ...optional('name', variables[name], String),
    ...optional('tokenTtlSeconds', variables[tokenTtlSeconds], Number),
  }
  return check({ ...settings, kubeApi: await readKubeApi(variables) })
}

async function readKubeApi(variables: Readonly<Record<string, string | undefined>>): Promise<KubeApiOptions> {
  const caFile = variables[VARIABLES.caFile] ?? `${IN_POD}/ca.crt`
  const tokenFile = variables[VARIABLES.tokenFile] ?? `${IN_POD}/token`
  const url = variables[VARIABLES.apiUrl] ?? urlInPod(variables)
  // The token goes there.
  if (!/^https:\/\/[^/?#@\s]+$/.test(url)) throw wrong(`${VARIABLES.apiUrl} must be like https://10.96.0.1:443.`)
  try {
    return { url, credential: { tokenFile }, ca: await readFile(caFile, 'utf8') }
  } catch (error) {
    throw new CliProblem(`The certificates of the cluster's API cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

function urlInPod({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: NodeJS.Dict<string>): string {
  if (host === undefined || port === undefined) {
    return fail(
      `This is no pod, as KUBERNETES_SERVICE_HOST is not set: ${VARIABLES.apiUrl} has to say where the API is.`,
    )
  }
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function check(settings: Settings): Settings {
  const rest = { clock: { nowMs: () => 0 }, log: { writes: () => false, write: () => {} } }
  try {
    checkOptions({ ...settings, ...rest, signal: AbortSignal.abort() })
    return settings
  } catch (error) {
    throw wrong(`${reasonOf(error)}.`)
  }
}

function optional<Name extends string, Value>(
  name: Name,
  text: string | undefined,
  read: (text: string) => Value,
): { readonly [name in Name]?: Value } {
  // The one key is the name that was given, which TypeScript widens to any text.
  return text === undefined ? {} : ({ [name]: read(text) } as { readonly [name in Name]: Value })
}

function listOf(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim())
}

function fail(message: string): never {
  throw wrong(message)
}

function wrong(message: string): CliProblem {
  return new CliProblem(message, { exitCode: 2 })
}
