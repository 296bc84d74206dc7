import { join } from 'node:path'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type TrustedJobs, trustedJobs } from './ci-systems.ts'
import { ciWorkflowSteps } from './ci-workflows.ts'
import { run, runRefused } from './command.ts'
import type { Daemon } from './daemon.ts'
import { startDockerDaemon } from './docker-daemon.ts'
import {
  EXAMPLES,
  type IdentityExample,
  Issuer,
  startIdentityExample,
  stopIdentityExample,
  withAws,
} from './identity-example.ts'
import { assertEqual, assertMatches, assertThat, type Client, type Step, step } from './steps.ts'
import { taggedSessionSteps } from './tagged-sessions.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const SYSTEMS = ['github', 'gitlab', 'buildkite', 'circleci'] as const

let example: IdentityExample | undefined
let daemon: Daemon | undefined

/** CI without stored credentials: who gets in by which token, and each system's workflow as it is written there. */
export const exampleCi: Client = {
  name: 'example-ci',
  needs: ['skopeo', 'docker', 'dockerd', 'curl', 'jq', 'aws-v1', 'aws-v2'],
  steps: (world) => {
    const issuers = new Map<string, Issuer>()
    return [
      step('set-up.sh, with the keys of each issuer', async () => {
        example = await startIdentityExample(world)
        for (const { issuer } of await trustedJobs()) issuers.set(issuer, issuers.get(issuer) ?? new Issuer(issuer))
        await setUp(world, issuers)
        daemon = await startDockerDaemon(world)
      }),
      ...SYSTEMS.flatMap((system) => systemSteps(world, system, issuers)),
      ...ciWorkflowSteps(world, { example: started, issuer: (url) => issuerOf(issuers, url) }),
      ...taggedSessionSteps(started),
    ]
  },
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

function issuerOf(issuers: ReadonlyMap<string, Issuer>, url: string): Issuer {
  const issuer = issuers.get(url)
  assertThat(issuer !== undefined, `nobody issues tokens as ${url}`)
  return issuer
}

async function setUp(world: World, issuers: ReadonlyMap<string, Issuer>): Promise<void> {
  for (const [index, system] of SYSTEMS.entries()) {
    const { Url } = await Bun.file(join(EXAMPLES, 'ci', system, 'provider.json')).json()
    const keys = await issuerOf(issuers, Url).writeKeys(join(world.directory, `${system}.jwks`))
    const environment = withAws(started(), world, index % 2 === 0 ? 'aws-v1' : 'aws-v2')
    await run([join(EXAMPLES, 'ci/set-up.sh'), system, keys], { environment, timeoutSeconds: 240 })
  }
  const create = ['ecr', 'create-repository', '--repository-name']
  for (const name of ['shop/api', 'other/api']) {
    const command = ['aws', '--endpoint-url', started().endpoint.url, ...create, name]
    await run(command, { environment: withAws(started(), world, 'aws-v2') })
  }
}

function systemSteps(world: World, system: string, issuers: ReadonlyMap<string, Issuer>): readonly Step[] {
  const ofSystem = async () => (await trustedJobs()).filter((jobs) => jobs.system === system)
  return [
    step(`${system}: the right job pushes by skopeo and is known to STS, and pushes nowhere else`, async () => {
      for (const jobs of await ofSystem()) await letsIn(world, jobs, issuerOf(issuers, jobs.issuer))
    }),
    step(`${system}: other jobs do not log in, and STS says why`, async () => {
      for (const jobs of await ofSystem()) await keepsOut(world, jobs, issuerOf(issuers, jobs.issuer))
    }),
  ]
}

function roleArn(name: string): string {
  return `arn:aws:iam::${started().endpoint.account}:role/${name}`
}

async function letsIn(world: World, { role, welcome }: TrustedJobs, issuer: Issuer): Promise<void> {
  const { endpoint, environment } = started()
  const image = `oci:${world.images.layout}:arm64`
  for (const [index, { what, claims }] of welcome.entries()) {
    const token = issuer.token(claims)
    await logIn(role, token)
    const copy = [tool('skopeo'), 'copy', '--dest-tls-verify=false', image]
    await run([...copy, `docker://${endpoint.host}/shop/api:${role}-${index}`], { environment })
    const says = /denied|unauthorized|401|403/i
    await runRefused([...copy, `docker://${endpoint.host}/other/api:1`], says, { environment })
    const { SubjectFromWebIdentityToken } = await assume(role, token)
    assertEqual(SubjectFromWebIdentityToken, claims.sub, `${what}: the subject`)
  }
}

function logInCommand(): readonly string[] {
  return [tool('skopeo'), 'login', '--tls-verify=false', '--password-stdin', started().endpoint.host, '--username']
}

async function logIn(role: string, input: string): Promise<void> {
  await run([...logInCommand(), roleArn(role)], { environment: started().environment, input })
}

async function assume(role: string, token: string) {
  const { url, region } = started().endpoint
  const sts = new STSClient({ endpoint: url, region, maxAttempts: 1 })
  const input = { RoleArn: roleArn(role), RoleSessionName: 'job', WebIdentityToken: token }
  return await sts.send(new AssumeRoleWithWebIdentityCommand(input))
}

async function keepsOut(world: World, { role, refused, welcome }: TrustedJobs, issuer: Issuer): Promise<void> {
  const { environment, endpoint } = started()
  assertThat(refused.length > 8, `only ${refused.length} tokens are tried`)
  for (const { what, claims } of refused) {
    const token = issuer.token(claims)
    await runRefused([...logInCommand(), roleArn(role)], /unauthorized|invalid username/i, {
      environment,
      input: token,
    })
    const said = await assume(role, token).then(
      () => `${what} was let in`,
      (error) => `${error.name}: ${error.message}`,
    )
    const why =
      claims.aud === 'https://vault.example.com'
        ? /^IDPRejectedClaim.*Incorrect token audience/
        : /^AccessDenied.*Not authorized to perform sts:AssumeRoleWithWebIdentity/
    assertMatches(said, why, `${role}, ${what}`)
  }
  const forged = new Issuer(issuer.url).token(welcome[0]?.claims ?? {})
  const assumeByCli = ['sts', 'assume-role-with-web-identity', '--role-session-name', 'job', '--role-arn']
  const command = ['aws', '--endpoint-url', endpoint.url, ...assumeByCli, roleArn(role), '--web-identity-token', forged]
  await runRefused(command, /InvalidIdentityToken/, { environment: withAws(started(), world, 'aws-v2') })
}
