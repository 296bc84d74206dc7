import { join } from 'node:path'
import { checkAccess } from './check-access.ts'
import { run, runRefused } from './command.ts'
import type { Daemon } from './daemon.ts'
import { dockerCommand, dockerRun, startDockerDaemon } from './docker-daemon.ts'
import { commandWithHostNames } from './host-names.ts'
import {
  type AwsCli,
  EXAMPLES,
  type IdentityExample,
  startIdentityExample,
  stopIdentityExample,
  withAws,
} from './identity-example.ts'
import { assertEqual, assertThat, type Client, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const FOLDER = join(EXAMPLES, 'central-account')
const CENTRAL = '111111111111'
const PULLERS = ['dev', 'stage', 'prod', 'guest']

let example: IdentityExample | undefined
let daemon: Daemon | undefined

/** Accounts that pull from one registry, by the policies of its repositories and then by the registry's own. */
export const exampleCentralAccount: Client = {
  name: 'example-central-account',
  needs: ['skopeo', 'crane', 'curl', 'docker', 'dockerd', 'aws-v1', 'aws-v2'],
  steps: (world) => [
    step('accounts.sh, and a login of every puller', async () => {
      example = await startIdentityExample(world)
      await script(world, 'aws-v1', 'accounts.sh')
      await writePullers(world)
    }),
    step('by-repository-policies.sh, and every row of the table', async () => {
      await script(world, 'aws-v2', 'by-repository-policies.sh')
      await checkTable(world)
    }),
    step('without the policies of the repositories nobody is let in', () => removeRepositoryPolicies(world)),
    step('by-registry-policy.sh, and every row of the table', async () => {
      await script(world, 'aws-v1', 'by-registry-policy.sh')
      await checkTable(world)
    }),
    step('a repository that is made later is open at once', () => laterRepository(world)),
    step('both AWS CLIs read an image of the other account, and are refused another', () => readByCli(world)),
    step('docker in prod pulls a release, and neither a build nor a push', () => dockerInProd(world)),
  ],
  cleanUp: async () => {
    try {
      await daemon?.stop()
    } finally {
      await stopIdentityExample(example)
    }
  },
}

function started(): IdentityExample {
  assertThat(example !== undefined, 'the registry was not started')
  return example
}

/** As images are named: the registry is known by its host. */
function centralHost(): string {
  const { port } = new URL(started().endpoint.url)
  return `${CENTRAL}.dkr.ecr.us-east-1.localhost:${port}`
}

async function withCentralHost(world: World): Promise<readonly string[]> {
  return await commandWithHostNames(world, [centralHost().replace(/:.*/, '')])
}

async function script(world: World, aws: AwsCli, name: string): Promise<void> {
  const command = [join(FOLDER, name), join(world.directory, 'logins')]
  await run(command, { environment: withAws(started(), world, aws), timeoutSeconds: 240 })
}

/** Access key id and secret, or user name and password. */
async function login(world: World, who: string): Promise<{ user: string; password: string }> {
  const [user = '', password = ''] = (await Bun.file(join(world.directory, 'logins', who)).text()).trim().split(' ')
  return { user, password }
}

async function environmentAs(world: World, who: string, aws: AwsCli): Promise<Record<string, string>> {
  const { user, password } = await login(world, who)
  return { ...withAws(started(), world, aws), AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: password }
}

async function writePullers(world: World): Promise<void> {
  for (const [index, name] of PULLERS.entries()) {
    const environment = await environmentAs(world, `${name}-node`, index % 2 === 0 ? 'aws-v1' : 'aws-v2')
    const { stdout } = await run([join(FOLDER, 'log-in.sh')], { environment })
    await Bun.write(join(world.directory, 'logins', `${name}-puller`), `AWS ${stdout.trim()}\n`)
  }
}

async function checkTable(world: World): Promise<void> {
  await checkAccess({
    world,
    table: join(FOLDER, 'access.txt'),
    logins: join(world.directory, 'logins'),
    environment: { ...started().environment, REGISTRY: centralHost(), ACCOUNT: CENTRAL },
    prefix: await withCentralHost(world),
  })
}

function ecr(args: readonly string[]): readonly string[] {
  return ['aws', '--endpoint-url', started().endpoint.url, 'ecr', ...args]
}

async function removeRepositoryPolicies(world: World): Promise<void> {
  const environment = await environmentAs(world, 'central-root', 'aws-v2')
  for (const name of ['build/shop', 'release/shop']) {
    await run(ecr(['delete-repository-policy', '--repository-name', name]), { environment })
  }
  const prefix = await withCentralHost(world)
  for (const name of PULLERS) {
    const { user, password } = await login(world, `${name}-puller`)
    const inspect = [tool('skopeo'), 'inspect', '--raw', '--tls-verify=false', '--creds', `${user}:${password}`]
    const says = /is not authorized to perform: ecr:BatchGetImage .* because no resource-based policy allows/
    await runRefused([...prefix, ...inspect, `docker://${centralHost()}/release/shop:1`], says)
  }
}

async function laterRepository(world: World): Promise<void> {
  const central = await environmentAs(world, 'central-root', 'aws-v1')
  await run(ecr(['create-repository', '--repository-name', 'build/later']), { environment: central })
  const prefix = await withCentralHost(world)
  const image = `${centralHost()}/build/later:1`
  const crane = async (who: string, args: readonly string[]) => {
    const { user, password } = await login(world, who)
    const environment = { ...started().environment, DOCKER_CONFIG: join(world.directory, `crane-${who}`) }
    const command = [...prefix, tool('crane'), 'auth', 'login', centralHost(), '-u', user, '--password-stdin']
    await run(command, { environment, input: password })
    return { command: [...prefix, tool('crane'), ...args], options: { environment } }
  }
  const copy = ['copy', '--insecure', `${centralHost()}/build/shop:1`, image]
  const pushed = await crane('dev-puller', copy)
  await run(pushed.command, pushed.options)
  const pulled = await crane('stage-puller', ['digest', '--insecure', '--full-ref', image])
  await run(pulled.command, pulled.options)
  const refused = await crane('prod-puller', ['manifest', '--insecure', image])
  await runRefused(
    refused.command,
    /ecr:BatchGetImage .*repository\/build\/later because no resource-based/,
    refused.options,
  )
}

async function readByCli(world: World): Promise<void> {
  const role = `arn:aws:iam::444444444444:role/puller`
  const assume = ['sts', 'assume-role', '--role-arn', role, '--role-session-name', 'node-1', '--output', 'json']
  for (const aws of ['aws-v1', 'aws-v2'] as const) {
    const node = await environmentAs(world, 'prod-node', aws)
    const { stdout } = await run(['aws', '--endpoint-url', started().endpoint.url, ...assume], { environment: node })
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout).Credentials
    const keys = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey }
    const environment = { ...node, ...keys, AWS_SESSION_TOKEN: SessionToken }
    const image = (name: string) =>
      ecr(['batch-get-image', '--registry-id', CENTRAL, '--repository-name', name, '--image-ids', 'imageTag=1'])
    const read = await run([...image('release/shop'), '--output', 'json'], { environment })
    assertEqual(JSON.parse(read.stdout).images[0].registryId, CENTRAL, 'the registry of the image')
    const says = /AccessDeniedException.*assumed-role\/puller\/node-1 is not authorized to perform: ecr:BatchGetImage/
    await runRefused(image('build/shop'), says, { environment })
    await runRefused(image('release/shop'), /no identity-based policy allows/, { environment: node })
  }
}

async function dockerInProd(world: World): Promise<void> {
  const place = { ...world, directory: join(world.directory, 'docker') }
  daemon = await startDockerDaemon(place, await withCentralHost(world))
  const { user, password } = await login(world, 'prod-puller')
  await dockerRun(place, ['login', '--username', user, '--password-stdin', centralHost()], { input: password })
  const image = `${centralHost()}/release/shop:1`
  await dockerRun(place, ['pull', '--platform=linux/arm64', image], { timeoutSeconds: 240 })
  const environment = { HOME: place.directory, DOCKER_CONFIG: join(place.directory, '.docker') }
  const refused = (args: readonly string[]) => runRefused(dockerCommand(place, args), /denied/, { environment })
  await refused(['pull', `${centralHost()}/build/shop:1`])
  await refused(['push', image])
}
