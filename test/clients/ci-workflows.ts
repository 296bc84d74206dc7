import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { trustedJobs } from './ci-systems.ts'
import { run } from './command.ts'
import { dockerRun, dockerSocket } from './docker-daemon.ts'
import { EXAMPLES, type IdentityExample, type Issuer } from './identity-example.ts'
import { findDigest } from './registry-http.ts'
import { assertEqual, assertThat, type Step, step } from './steps.ts'
import type { World } from './world.ts'

interface Given {
  readonly example: () => IdentityExample
  readonly issuer: (url: string) => Issuer
}

/** Runs the shell commands of each workflow as they are written, but for the registry's address. */
export function ciWorkflowSteps(world: World, given: Given): readonly Step[] {
  return [
    step('github/docker-login.yml', () => githubDockerLogin(world, given)),
    step('github/amazon-actions.yml, with the calls that the two actions make', () => amazonActions(world, given)),
    step('gitlab/gitlab-ci.yml', async () => {
      const { push } = await workflow(given, 'gitlab/gitlab-ci.yml')
      const variables = { ...push.variables, ID_TOKEN: await jobToken(given, 'gitlab-main'), CI_COMMIT_SHA: 'gitlab' }
      await runJob(world, given, { script: push.script.join('\n'), variables, tag: 'gitlab', shell: ['sh', '-euc'] })
    }),
    step('buildkite/pipeline.yml', () => buildkite(world, given)),
    step('circleci/config.yml', async () => {
      const { environment, steps } = (await workflow(given, 'circleci/config.yml')).jobs.push
      const script = steps.find((one: { run?: object }) => one.run !== undefined).run.command
      const token = { CIRCLE_OIDC_TOKEN_V2: await jobToken(given, 'circleci-main'), CIRCLE_SHA1: 'circleci' }
      await runJob(world, given, { script, variables: { ...environment, ...token }, tag: 'circleci' })
    }),
  ]
}

/** A workflow; what is looked for in it, the steps themselves assert by using it. */
async function workflow({ example }: Given, path: string) {
  const text = await Bun.file(join(EXAMPLES, 'ci', path)).text()
  const { host, url } = example().endpoint
  const parsed = Bun.YAML.parse(
    text.replaceAll('https://registry.example.com', url).replaceAll('registry.example.com', host),
  )
  // Of no known shape, like what is read from JSON.
  return JSON.parse(JSON.stringify(parsed))
}

async function jobToken(given: Given, role: string): Promise<string> {
  const jobs = (await trustedJobs()).find((one) => one.role === role)
  assertThat(jobs !== undefined, `no job is trusted with ${role}`)
  return given.issuer(jobs.issuer).token(jobs.welcome[0]?.claims ?? {})
}

interface Job {
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  /** What the image is pushed as. */
  readonly tag: string
  readonly shell?: readonly string[]
}

/** In a checkout with a Dockerfile, without any key of AWS's in the environment. */
async function runJob(world: World, { example }: Given, { script, variables, tag, shell }: Job): Promise<void> {
  const { environment, endpoint } = example()
  const checkout = join(world.directory, `checkout-${tag}`)
  await Bun.write(join(checkout, 'Dockerfile'), 'FROM scratch\nCOPY app /\n')
  await Bun.write(join(checkout, 'app'), tag)
  const keys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', DOCKER_CONFIG: join(checkout, '.docker') }
  // The older builder is part of the daemon; the newer one is a program of its own.
  const docker = { DOCKER_HOST: dockerSocket(world), DOCKER_BUILDKIT: '0' }
  const path = { PATH: [join(world.directory, 'ci-bin'), environment.PATH].join(delimiter) }
  await run([...(shell ?? ['bash', '-euo', 'pipefail', '-c']), script], {
    environment: { ...environment, ...docker, ...keys, ...path, ...variables },
    directory: checkout,
    timeoutSeconds: 240,
  })
  assertThat((await findDigest(endpoint, 'shop/api', tag)) !== undefined, `shop/api:${tag} is not there`)
}

async function githubDockerLogin(world: World, given: Given): Promise<void> {
  const token = await jobToken(given, 'github-main')
  const { env, jobs } = await workflow(given, 'github/docker-login.yml')
  const scripts = jobs.push.steps.flatMap((one: { run?: string }) => one.run ?? [])
  assertEqual(scripts.length, 2, 'commands in docker-login.yml')
  // As GitHub answers a job: https://docs.github.com/en/actions/reference/security/oidc, read 2026-11-27.
  await using github = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const isAsked = new URL(request.url).searchParams.get('audience') === 'sts.amazonaws.com'
      const isJob = request.headers.get('authorization') === 'bearer of-the-job'
      return isAsked && isJob ? Response.json({ count: 1, value: token }) : new Response('', { status: 403 })
    },
  })
  const request = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}?version=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
  }
  await runJob(world, given, {
    script: scripts.join('\n'),
    variables: { ...env, ...request, GITHUB_SHA: 'github' },
    tag: 'github',
  })
}

/** `configure-aws-credentials` 5 and `amazon-ecr-login` 2, which are not to be had here: their calls, in their order. */
async function amazonActions(world: World, given: Given): Promise<void> {
  const { env, jobs } = await workflow(given, 'github/amazon-actions.yml')
  const configure = jobs.release.steps[1].with
  const where = { endpoint: configure['sts-endpoint'], region: configure['aws-region'] }
  const assumed = await new STSClient(where).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: configure['role-to-assume'],
      RoleSessionName: 'GitHubActions',
      DurationSeconds: 3600,
      WebIdentityToken: await jobToken(given, 'github-production'),
    }),
  )
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = assumed.Credentials ?? {}
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  const identity = await new STSClient({ ...where, credentials }).send(new GetCallerIdentityCommand({}))
  const role = 'arn:aws:sts::000000000000:assumed-role/github-production/GitHubActions'
  assertEqual(identity.Arn, role, 'who the job is')
  const ecr = new ECRClient({ endpoint: env.AWS_ENDPOINT_URL_ECR, region: where.region, credentials })
  const [data] = (await ecr.send(new GetAuthorizationTokenCommand({}))).authorizationData ?? []
  const [user = '', password = ''] = atob(data?.authorizationToken ?? '').split(':')
  const { endpoint } = given.example()
  assertEqual(data?.proxyEndpoint, endpoint.url, 'the address that the action logs in to')
  const checkout = { ...world, directory: join(world.directory, 'checkout-release-7') }
  await mkdir(checkout.directory)
  const login = ['login', '-u', user, '--password-stdin', data?.proxyEndpoint ?? '']
  const environment = { HOME: checkout.directory, DOCKER_CONFIG: join(checkout.directory, '.docker') }
  await dockerRun(world, login, { input: password, environment })
  const [build] = jobs.release.steps.flatMap((one: { run?: string }) => one.run ?? [])
  const variables = { ...env, IMAGE: `${endpoint.host}/shop/api`, GITHUB_RUN_NUMBER: '7' }
  await runJob(world, given, { script: build, variables, tag: 'release-7' })
}

/** Buildkite's agent puts `$` where a pipeline has `$$`, and is what a job asks for its token. */
async function buildkite(world: World, given: Given): Promise<void> {
  const { env, steps } = await workflow(given, 'buildkite/pipeline.yml')
  const agent = join(world.directory, 'ci-bin/buildkite-agent')
  const wanted = `oidc request-token --audience ${given.example().endpoint.host} --claim organization_id,pipeline_id`
  const token = await jobToken(given, 'buildkite-main')
  await Bun.write(agent, `#!/bin/sh\n[ "$*" = '${wanted}' ] && printf '%s\\n' '${token}'\n`)
  await run(['chmod', '700', agent])
  const script = steps[0].command.replaceAll('$$', '$')
  await runJob(world, given, { script, variables: { ...env, BUILDKITE_COMMIT: 'buildkite' }, tag: 'buildkite' })
}
