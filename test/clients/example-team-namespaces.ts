import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { checkAccess } from './check-access.ts'
import { run, runRefused } from './command.ts'
import {
  EXAMPLES,
  type IdentityExample,
  Issuer,
  startIdentityExample,
  stopIdentityExample,
  withAws,
} from './identity-example.ts'
import { assertThat, type Client, StepSkipped, step } from './steps.ts'
import { writeMirrorSettings } from './terraform-mirror.ts'
import { findTool, tool } from './tools.ts'
import type { World } from './world.ts'

const FOLDER = join(EXAMPLES, 'team-namespaces')
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

let example: IdentityExample | undefined

/** Two teams in one cluster: made by Terraform and taken away, made by script; every row of the table both times. */
export const exampleTeamNamespaces: Client = {
  name: 'example-team-namespaces',
  needs: ['skopeo', 'podman', 'curl', 'aws-v1', 'aws-v2'],
  steps: (world) => {
    const cluster = new Issuer(ISSUER)
    return [
      step('a registry, and the tokens of pods of two clusters', async () => {
        example = await startIdentityExample(world)
        await cluster.writeKeys(join(world.directory, 'jwks.json'))
        await writePodLogins(world, cluster)
      }),
      step('main.tf, every row of the table, an empty plan, and all of it away again', () => byTerraform(world)),
      step('set-up.sh, and every row of the table', () => byScript(world)),
      step('podman and skopeo pull with a token that is given by hand', () => pullByHand(world, cluster)),
    ]
  },
  cleanUp: () => stopIdentityExample(example),
}

function started(): IdentityExample {
  assertThat(example !== undefined, 'the registry was not started')
  return example
}

async function writePodLogins(world: World, cluster: Issuer): Promise<void> {
  const write = (who: string, token: string) =>
    Bun.write(join(world.directory, 'logins', `pods-${who}`), `${roleOf(started())} ${token}\n`)
  for (const namespace of ['team-blue', 'team-green', 'team-none']) {
    await write(namespace, podToken(cluster, namespace))
  }
  await write('other-cluster', podToken(new Issuer(ISSUER), 'team-blue'))
}

function roleOf({ endpoint }: IdentityExample): string {
  return `arn:aws:iam::${endpoint.account}:role/pods`
}

/** As the API server makes them for a pod (test/fixtures/oidc/kubernetes-1.34.json). */
function podToken(cluster: Issuer, namespace: string): string {
  return cluster.token({
    sub: `system:serviceaccount:${namespace}:api`,
    aud: ['sts.amazonaws.com'],
    'kubernetes.io': {
      namespace,
      node: { name: 'node-1', uid: '646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1' },
      pod: { name: 'api-0', uid: '5e0bd49b-f040-43b0-99b7-22765a53f7f3' },
      serviceaccount: { name: 'api', uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
    },
  })
}

async function checkTable(world: World): Promise<void> {
  const table = join(FOLDER, 'access.txt')
  await checkAccess({ world, table, logins: join(world.directory, 'logins'), environment: started().environment })
}

async function byTerraform(world: World): Promise<void> {
  const absent = (['terraform', 'terraform-provider-aws'] as const).filter((name) => findTool(name) === undefined)
  if (absent.length > 0) throw new StepSkipped(`not installed: ${absent.join(', ')}`)
  const { environment, endpoint } = started()
  const configuration = join(world.directory, 'terraform')
  await cp(FOLDER, configuration, { recursive: true })
  const settings = await writeMirrorSettings(world.directory)
  const options = { environment: { ...environment, ...settings }, directory: configuration, timeoutSeconds: 240 }
  const given = { endpoint: endpoint.url, access_key: endpoint.accessKeyId, secret_key: endpoint.secretAccessKey }
  const values = Object.entries({ ...given, jwks: join(world.directory, 'jwks.json') })
  const variables = ['-input=false', ...values.flatMap(([name, value]) => ['-var', `${name}=${value}`])]
  await run([tool('terraform'), 'init', '-input=false'], options)
  await run([tool('terraform'), 'apply', '-auto-approve', ...variables], options)
  const { stdout } = await run([tool('terraform'), 'output', '-json', 'keys'], options)
  for (const [name, key] of Object.entries(JSON.parse(stdout))) {
    await Bun.write(join(world.directory, 'logins', name), `${key}\n`)
  }
  await checkTable(world)
  await run([tool('terraform'), 'plan', '-detailed-exitcode', ...variables], options)
  await run([tool('terraform'), 'destroy', '-auto-approve', ...variables], options)
}

async function byScript(world: World): Promise<void> {
  const environment = withAws(started(), world, 'aws-v2')
  const command = [join(FOLDER, 'set-up.sh'), join(world.directory, 'jwks.json'), join(world.directory, 'logins')]
  await run(command, { environment, timeoutSeconds: 240 })
  await checkTable(world)
}

async function pullByHand(world: World, cluster: Issuer): Promise<void> {
  const { environment, endpoint } = started()
  const role = roleOf(started())
  const token = podToken(cluster, 'team-blue')
  const [own, other] = [`${endpoint.host}/team-blue/api:1`, `${endpoint.host}/team-green/api:1`]
  const skopeo = [tool('skopeo'), 'copy', '--src-tls-verify=false', '--src-creds', `${role}:${token}`]
  await run([...skopeo, `docker://${own}`, `dir:${join(world.directory, 'by-hand')}`], { environment })
  const sentence = new RegExp(
    'User: arn:aws:sts::\\d+:assumed-role/pods/team-blue\\.api is not authorized to perform: ecr:BatchGetImage on ' +
      'resource: \\S+:repository/team-green/api because no identity-based policy allows the ecr:BatchGetImage action',
  )
  await runRefused([...skopeo, `docker://${other}`, `dir:${join(world.directory, 'none')}`], sentence, { environment })
  const login = [tool('podman'), 'login', '--tls-verify=false', '--username', role, '--password-stdin', endpoint.host]
  const files = { ...environment, REGISTRY_AUTH_FILE: join(world.directory, 'podman-auth.json') }
  await run(login, { environment: files, input: token })
  const podman = [tool('podman'), '--root', join(world.directory, 'podman'), '--storage-driver=vfs']
  await run([...podman, 'pull', '--tls-verify=false', own], { environment: files })
  await runRefused([...podman, 'pull', '--tls-verify=false', other], sentence, { environment: files })
}
