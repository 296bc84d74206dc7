import { CliProblem, NoCredentials, NoProfileCredentials, reasonOf } from './cli-problem.ts'
import {
  type CliEnvironment,
  type GithubActions,
  prepareSdk,
  prepareSdkRegion,
  type StaticCredentials,
} from './environment.ts'
import { textOf } from './members.ts'
import { hasProfile } from './profiles.ts'
import { readCertificates, send } from './send.ts'

export interface AwsCredentials extends StaticCredentials {
  /** Whether asking for it again asks nobody over the network: variables, a profile's keys, a program. */
  readonly isLocal: boolean
}

/** What Amazon's own action asks for by default, so that one provider serves both. */
const AUDIENCE = 'sts.amazonaws.com'
/** How `AttributedAwsCredentialIdentity` marks what came over the network: roles, containers, single sign-on. */
const FROM_NETWORK = /^CREDENTIALS_(?:(?:STS|SSO|HTTP|IMDS|LOGIN)|PROFILE_(?:STS|SSO|SOURCE|NAMED|LOGIN))/

/**
 * Who asks, by AWS's usual chain. The keys in the environment win over `AWS_PROFILE`, as with the AWS CLI; a profile
 * that is named on the command line wins over both.
 *
 * @param endpoint where roles are assumed; undefined: at Amazon, by an instance's own role as well
 * @throws {NoCredentials} when nothing says who asks; {CliProblem} when it does not work
 */
export async function findCredentials(
  environment: CliEnvironment,
  { endpoint, profile }: { readonly endpoint: string | undefined; readonly profile: string | undefined },
): Promise<AwsCredentials> {
  if (profile === undefined && environment.staticCredentials !== undefined) {
    return { ...environment.staticCredentials, isLocal: true }
  }
  if (endpoint === undefined) prepareSdkRegion()
  else prepareSdk(endpoint)
  if (profile === undefined && environment.githubActions !== undefined) {
    return await assumeFromGithub(environment.githubActions, environment)
  }
  return await askChain(profile, environment)
}

async function askChain(profile: string | undefined, environment: CliEnvironment): Promise<AwsCredentials> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  const clientConfig = await clientConfigOf(environment)
  try {
    const found = await defaultProvider({ ...(profile !== undefined && { profile }), clientConfig, logger: silent })()
    return toCredentials(found)
  } catch (error) {
    if (/^Could not load credentials from any providers/.test(reasonOf(error))) {
      throw await noCredentials(profile, environment)
    }
    throw new CliProblem(`The credentials cannot be used: ${sentenceOf(error)}`, { cause: error })
  }
}

async function assumeFromGithub(github: GithubActions, environment: CliEnvironment): Promise<AwsCredentials> {
  const token = await fetchIdentityToken(github, environment)
  const { fromWebToken } = await import('@aws-sdk/credential-provider-web-identity')
  const clientConfig = await clientConfigOf(environment)
  const { roleArn, sessionName: roleSessionName } = github
  try {
    return toCredentials(await fromWebToken({ webIdentityToken: token, roleArn, roleSessionName, clientConfig })())
  } catch (error) {
    throw new CliProblem(`The role ${roleArn} cannot be assumed: ${sentenceOf(error)}`, { cause: error })
  }
}

/** The SDK for JavaScript does not know `AWS_CA_BUNDLE`. */
async function clientConfigOf({ certificates }: CliEnvironment): Promise<object> {
  if (certificates === undefined) return {}
  return { requestHandler: { httpsAgent: { ca: await readCertificates(certificates) } } }
}

async function fetchIdentityToken(github: GithubActions, { certificates }: CliEnvironment): Promise<string> {
  if (!URL.canParse(github.requestUrl)) throw new CliProblem('ACTIONS_ID_TOKEN_REQUEST_URL is not an address.')
  const url = new URL(github.requestUrl)
  url.searchParams.set('audience', AUDIENCE)
  const headers = { authorization: `Bearer ${github.requestToken}`, accept: 'application/json' }
  const { status, json } = await send(url.href, { method: 'GET', headers }, certificates)
  const token = textOf(json, 'value')
  if (status !== 200 || token === undefined) throw new CliProblem(`GitHub gave no identity token (status ${status}).`)
  return token
}

interface Found extends StaticCredentials {
  readonly $source?: Readonly<Record<string, unknown>>
}

function toCredentials({ accessKeyId, secretAccessKey, sessionToken, $source = {} }: Found): AwsCredentials {
  const isLocal = !Object.keys($source).some((name) => FROM_NETWORK.test(name))
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }), isLocal }
}

async function noCredentials(profile: string | undefined, environment: CliEnvironment): Promise<NoCredentials> {
  const named = profile ?? environment.profile
  if (named === undefined) {
    return new NoCredentials(
      'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile.',
    )
  }
  const what = `The profile ${JSON.stringify(named)}${profile === undefined ? ' (AWS_PROFILE)' : ''}`
  const files = environment.sharedFiles
  return new NoProfileCredentials(
    (await hasProfile(files, named))
      ? `${what} has no credentials.`
      : `${what} does not exist: it is neither in ${files.join(' nor in ')}.`,
  )
}

function sentenceOf(error: unknown): string {
  const reason = reasonOf(error).trim()
  return reason.endsWith('.') ? reason : `${reason}.`
}

/** The SDK would print its advice in the middle of our output. */
const silence = (): void => {}
const silent = { trace: silence, debug: silence, info: silence, warn: silence, error: silence }
