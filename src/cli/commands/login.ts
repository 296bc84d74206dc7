import type { Command } from 'commander'
import { CliProblem } from '../cli-problem.ts'
import { type CliContext, type CommonOptions, commonOptions, openSession } from '../context.ts'
import { defaultEndpoint, parseEndpoint, parseServerHost } from '../endpoint.ts'
import { logInWith } from '../log-in-with.ts'
import { writeLogin } from '../write-login.ts'

interface LoginOptions {
  readonly writeConfig?: true
  readonly print?: true
}

const TOOLS = ['docker', 'podman'] as const

export function addLoginCommand(login: Command, context: CliContext): void {
  login
    .argument('[host]', 'the registry as images name it; the endpoint without its scheme when it is not given')
    .option('--write-config', 'write the configuration file of docker, or REGISTRY_AUTH_FILE, and run neither program')
    .option('--print', 'print the token instead')
    .action(async (host: string | undefined, options: LoginOptions, command: Command) => {
      const session = openSession(context, withEndpoint(context, host, commonOptions(command)))
      const password = await session.password()
      if (options.print === true) return context.print(`${password}\n`)
      const registry = host === undefined ? new URL(session.endpoint).host : hostOf(host)
      const tools = options.writeConfig === true ? [] : TOOLS.filter((tool) => Bun.which(tool) !== null)
      if (tools.length > 0)
        return await logInWithAll(context, tools, { registry, password, endpoint: session.endpoint })
      const { registryAuthFile, dockerConfigFile } = context.environment
      const path = registryAuthFile ?? dockerConfigFile
      await writeLogin(path, registry, password)
      context.tell(`Logged in to ${registry} (${path}).\n`)
    })
}

/** A host says where the server is, when nothing else does. */
function withEndpoint({ environment }: CliContext, host: string | undefined, options: CommonOptions): CommonOptions {
  const given = options.endpoint ?? environment.endpoint
  if (given !== undefined || host === undefined) return options
  return { ...options, endpoint: defaultEndpoint(hostOf(host)) }
}

function hostOf(text: string): string {
  const host = parseServerHost(text)
  if (host !== undefined) return host
  throw new CliProblem(`The host ${JSON.stringify(text.slice(0, 200))} must be like registry.example.com:5000.`, {
    exitCode: 2,
  })
}

interface Login {
  readonly registry: string
  readonly password: string
  readonly endpoint: string
}

/** One that works is enough: the docker of a machine may well be without its daemon. */
async function logInWithAll(context: CliContext, tools: readonly string[], login: Login): Promise<void> {
  const problems: string[] = []
  for (const tool of tools) {
    const isPlain = parseEndpoint(login.endpoint).startsWith('http:')
    const problem = await logInWith(tool, login, isPlain)
    if (problem === undefined) context.tell(`Logged in to ${login.registry} with ${tool}.\n`)
    else problems.push(`${tool} could not log in: ${problem}`)
  }
  if (problems.length === tools.length) throw new CliProblem(problems.join('\n'))
  for (const problem of problems) context.tell(`${problem}\n`)
}
