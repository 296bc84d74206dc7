import { type Command, InvalidArgumentError } from 'commander'
import { CliProblem, NoCredentials, NoProfileCredentials } from '../cli-problem.ts'
import { type CliContext, commonOptions } from '../context.ts'
import { defaultEndpoint, isAtHost, parseEndpoint, parseServerHost } from '../endpoint.ts'
import { findHost } from '../hosts-file.ts'
import { readStdin } from '../read-stdin.ts'
import { Session } from '../session.ts'
import { isFresh, TokenCache } from '../token-cache.ts'

const VERBS = ['get', 'store', 'erase', 'list', 'version'] as const
type Verb = (typeof VERBS)[number]

/** What docker takes for "nobody", and then goes on without a login (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain'
/** What docker asks a store of all credentials about at every pull of an image without a host. */
const DOCKER_HUB = 'index.docker.io'
/** No address is longer. */
const MOST_BYTES = 8192

/** `get` asks for a password; docker reads an error from standard output. */
export function addCredentialHelperCommand(helper: Command, context: CliContext): void {
  helper.argument('<verb>', VERBS.join(', '), parseVerb).action(async (verb: Verb, _options, command: Command) => {
    const { profile, region } = commonOptions(command)
    try {
      await answer(verb, context, { profile, region })
    } catch (error) {
      if (!(error instanceof CliProblem)) throw error
      context.print(`${error instanceof NoCredentials ? NOT_FOUND : error.message}\n`)
      // docker shows what is written there, and goes on without a login.
      if (error instanceof NoProfileCredentials || !(error instanceof NoCredentials)) throw error
      process.exitCode = 1
    }
  })
}

function parseVerb(text: string): Verb {
  const verb = VERBS.find((known) => known === text)
  if (verb === undefined) throw new InvalidArgumentError(`It must be one of ${VERBS.join(', ')}.`)
  return verb
}

interface As {
  readonly profile: string | undefined
  readonly region: string | undefined
}

async function answer(verb: Verb, context: CliContext, as: As): Promise<void> {
  switch (verb) {
    case 'get':
      return await get(context, as)
    case 'list':
      return await list(context)
    case 'version':
      return context.print(`docker-credential-lading ${context.version}\n`)
    case 'store':
    case 'erase':
      // Tokens are made when they are asked for. What is sent is taken in, so that nobody writes into a closed pipe.
      await readStdin(Number.POSITIVE_INFINITY)
  }
}

async function get(context: CliContext, as: As): Promise<void> {
  const serverUrl = (await readStdin(MOST_BYTES))?.trim()
  const host = serverUrl === undefined ? undefined : parseServerHost(serverUrl)
  if (serverUrl === undefined || host === undefined)
    throw new CliProblem('The server’s address must be like registry.example.com.')
  if (host === DOCKER_HUB) throw new NoCredentials(`${DOCKER_HUB} is not a registry of Lading.`)
  const session = new Session(context.environment, await optionsFor(context, host, as))
  const secret = await session.password()
  context.print(`${JSON.stringify({ ServerURL: serverUrl, Username: 'AWS', Secret: secret })}\n`)
}

/** An endpoint of the environment counts for its own host alone: no other server must be handed its tokens. */
async function optionsFor({ environment }: CliContext, host: string, { profile, region }: As) {
  const entry = await findHost(environment.hostsFile, host)
  const { ladingEndpoint } = environment
  const given = ladingEndpoint === undefined ? undefined : parseEndpoint(ladingEndpoint)
  const own = given !== undefined && isAtHost(given, host) ? given : undefined
  return {
    endpoint: entry?.endpoint ?? own ?? defaultEndpoint(host),
    profile: profile ?? entry?.profile,
    region: region ?? entry?.region,
  }
}

async function list({ environment, print }: CliContext): Promise<void> {
  const tokens = await new TokenCache(environment.cacheFolder).list()
  const hosts = tokens.filter((token) => isFresh(token, Date.now())).map(({ host }) => host)
  print(`${JSON.stringify(Object.fromEntries(hosts.toSorted().map((host) => [host, 'AWS'])))}\n`)
}
