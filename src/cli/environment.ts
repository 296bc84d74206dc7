import { homedir } from 'node:os'
import { join } from 'node:path'

type Variables = Readonly<Record<string, string | undefined>>

/** What the command line takes from the environment. Nothing else of `cli` reads it. */
export interface CliEnvironment {
  /** The server's address: ours before AWS's. */
  readonly endpoint: string | undefined
  /** `LADING_ENDPOINT` alone, which the credential helper compares with what it is asked for. */
  readonly ladingEndpoint: string | undefined
  /** Where an Amazon ECR is, when it is not where Amazon has it. */
  readonly ecrEndpoint: string | undefined
  readonly region: string | undefined
  readonly profile: string | undefined
  /** A PEM file. */
  readonly certificates: string | undefined
  readonly staticCredentials: StaticCredentials | undefined
  readonly githubActions: GithubActions | undefined
  readonly cacheFolder: string
  readonly hostsFile: string
  readonly dockerConfigFile: string
  /** podman's, when it is somewhere else than usual. */
  readonly registryAuthFile: string | undefined
  /** Everything that the chain of credentials looks at, for telling one identity from another. */
  readonly identityVariables: Variables
  /** Files that the chain reads, whether or not they exist. */
  readonly sharedFiles: readonly string[]
  /** Files that hold an identity token which is replaced from time to time. */
  readonly tokenFiles: readonly string[]
  /** What `lading pull-secrets` is told, and where a pod's own cluster is. */
  readonly pullSecrets: Variables
}

export interface StaticCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** GitHub gives a job an address and a token, for which it answers with an identity token. */
export interface GithubActions {
  readonly requestUrl: string
  readonly requestToken: string
  readonly roleArn: string
  readonly sessionName: string
}

const PULL_SECRETS_VARIABLE = /^(?:LADING_PULL_SECRETS_|KUBERNETES_SERVICE_(?:HOST|PORT)$)/
const IDENTITY_VARIABLE = /^(?:AWS_|ACTIONS_ID_TOKEN_)/

/** @param given only tests give their own */
export function readEnvironment(given: Variables = process.env): CliEnvironment {
  // An empty one is not set: that is how compose files leave things out.
  const variables: Variables = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  const home = variables.HOME ?? homedir()
  const tokenFiles = [variables.AWS_WEB_IDENTITY_TOKEN_FILE, variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE]
  return {
    endpoint: variables.LADING_ENDPOINT ?? variables.AWS_ENDPOINT_URL_ECR ?? variables.AWS_ENDPOINT_URL,
    ladingEndpoint: variables.LADING_ENDPOINT,
    ecrEndpoint: variables.AWS_ENDPOINT_URL_ECR ?? variables.AWS_ENDPOINT_URL,
    region: variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION,
    profile: variables.AWS_PROFILE,
    certificates: variables.AWS_CA_BUNDLE,
    staticCredentials: staticCredentialsOf(variables),
    githubActions: githubActionsOf(variables),
    cacheFolder: join(variables.XDG_CACHE_HOME ?? join(home, '.cache'), 'lading', 'tokens'),
    hostsFile: join(variables.XDG_CONFIG_HOME ?? join(home, '.config'), 'lading', 'hosts.json'),
    dockerConfigFile: join(variables.DOCKER_CONFIG ?? join(home, '.docker'), 'config.json'),
    registryAuthFile: variables.REGISTRY_AUTH_FILE,
    identityVariables: pick(variables, IDENTITY_VARIABLE),
    sharedFiles: [
      variables.AWS_CONFIG_FILE ?? join(home, '.aws', 'config'),
      variables.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials'),
    ],
    tokenFiles: tokenFiles.filter((path) => path !== undefined),
    pullSecrets: pick(variables, PULL_SECRETS_VARIABLE),
  }
}

function pick(variables: Variables, wanted: RegExp): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => wanted.test(name)))
}

/**
 * Tells AWS's SDK, which reads the environment by itself, where to assume roles, and not to ask the cloud that the
 * machine runs in: who it is there, no Lading knows. What somebody has set stays.
 */
export function prepareSdk(endpoint: string): void {
  process.env.AWS_ENDPOINT_URL_STS ??= endpoint
  process.env.AWS_EC2_METADATA_DISABLED ??= 'true'
  prepareSdkRegion()
}

/** All that it needs to be told where Amazon itself is asked. */
export function prepareSdkRegion(): void {
  // Any does for assuming a role; without one the SDK warns of it in the middle of our output.
  process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION ?? 'us-east-1'
}

function staticCredentialsOf(variables: Variables): StaticCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables
  const { AWS_SESSION_TOKEN: sessionToken } = variables
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

/** A token file, or a profile, says more exactly what is meant. */
function githubActionsOf(variables: Variables): GithubActions | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken } = variables
  const { AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_PROFILE: profile } = variables
  if (requestUrl === undefined || requestToken === undefined || roleArn === undefined) return undefined
  if (tokenFile !== undefined || profile !== undefined) return undefined
  const { AWS_ROLE_SESSION_NAME: name, GITHUB_RUN_ID: run } = variables
  return { requestUrl, requestToken, roleArn, sessionName: name ?? `github-${run ?? 'actions'}` }
}
