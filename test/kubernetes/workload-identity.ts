import type { Endpoint } from '../clients/server.ts'
import { assertEqual, assertIncludes, assertMatches, type Step, step } from '../clients/steps.ts'
import { REGISTRY_NAME } from './container-runtime.ts'
import { readPullSecret, startController, untilAttached } from './controller.ts'
import { AUDIENCES, type Identity, setUpIdentity } from './identity.ts'
import type { CredentialProvider } from './kubelet.ts'
import { applyManifest, type ProviderChanges, publishedProgram, readProviderConfiguration } from './manifests.ts'
import { createNamespace, createToken, deletePod, runPod } from './pods.ts'
import { placeOf } from './programs.ts'
import { pushSmallImage } from './push-small-image.ts'
import type { Scenario, World } from './scenario.ts'

/** The namespace that pulls; what lies under another's name is not for it. */
const NAMESPACE = 'team-blue'

/** One way for a token to come to the registry. */
interface Way {
  readonly name: string
  readonly needs: Scenario['needs']
  /** What images begin with. */
  hostOf(registry: Endpoint): string
  /** The name of the role's session, which refusals name. */
  readonly session: string
  /** Makes the node and the namespace ready. @returns what is to be ended afterwards */
  prepare(world: World, identity: Identity): Promise<() => Promise<void>>
}

const upstreamProvider: Way = {
  name: 'upstream ecr-credential-provider',
  needs: ['ecr-credential-provider'],
  // It answers for the host without its port, which the kubelet then does not find.
  hostOf: () => REGISTRY_NAME,
  session: 'ecr-credential-provider',
  prepare: async (world, { roleArn }) => {
    const { region, url } = world.registry
    const env = {
      AWS_REGION: region,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_ECR: url,
      AWS_ECR_ROLE_ARN: roleArn,
    }
    return await startWithProvider(world, 'ecr-credential-provider-config.yaml', {
      name: 'ecr-credential-provider',
      program: { path: placeOf('ecr-credential-provider') },
      env,
      image: REGISTRY_NAME,
    })
  },
}

const ourProvider: Way = {
  name: 'our plugin',
  needs: [],
  hostOf: ({ host }) => host,
  session: 'team-blue.default',
  prepare: async (world, { roleArn }) =>
    await startWithProvider(world, 'credential-provider-config.yaml', {
      name: 'lading-credential-provider',
      program: { path: publishedProgram('lading-credential-provider') },
      env: { LADING_ROLE_ARN: roleArn },
      image: world.registry.host,
    }),
}

const controllerSecrets: Way = {
  name: 'controller secrets',
  needs: [],
  hostOf: ({ host }) => host,
  session: 'team-blue.lading-pull',
  prepare: async (world, { roleArn }) => {
    await world.cluster.startKubelet([])
    await createNamespace(world.cluster.api, NAMESPACE, { 'lading.dev/pull-secrets': 'true' })
    const controller = await startController(world, { roleArn })
    await readPullSecret(world, NAMESPACE)
    await untilAttached(world.cluster.api, NAMESPACE, ['lading-pull'])
    return controller.stop
  },
}

/** A pod pulls as its namespace, and as nothing else: the same of each way. Secrets last, as they stay in the namespace. */
export const workloadIdentity: readonly Scenario[] = [upstreamProvider, ourProvider, controllerSecrets].map(scenarioOf)

function scenarioOf(way: Way): Scenario {
  return { name: way.name, needs: way.needs, steps: (world) => stepsOf(way, world) }
}

function stepsOf(way: Way, world: World): readonly Step[] {
  const { cluster, registry, directory } = world
  const { api } = cluster
  const [own, others] = [`team-blue/${slugOf(way)}`, `team-green/${slugOf(way)}`]
  let end = async () => {}
  return [
    step('the registry knows the cluster, and the node is ready', async () => {
      const identity = await setUpIdentity(registry, cluster)
      await createNamespace(api, NAMESPACE)
      end = await way.prepare(world, identity)
      for (const repository of [own, others]) await pushSmallImage(registry, { directory, repository })
    }),
    step('a pod in team-blue that asks for team-blue/* runs', async () => {
      const pod = { namespace: NAMESPACE, name: `${slugOf(way)}-own`, image: `${way.hostOf(registry)}/${own}:v1` }
      const { state, events } = await runPod(api, pod)
      assertEqual(state, 'running', `the state of the pod, whose events are ${events.join('; ')}`)
      await deletePod(api, NAMESPACE, pod.name)
    }),
    step(
      'a pod in team-blue that asks for team-green/* stays in ErrImagePull, with the refusal in its events',
      async () => {
        const pod = {
          namespace: NAMESPACE,
          name: `${slugOf(way)}-others`,
          image: `${way.hostOf(registry)}/${others}:v1`,
        }
        const { state, events } = await runPod(api, pod)
        assertEqual(state, 'image-not-pulled', 'the state of the pod')
        const who = `User: arn:aws:sts::000000000000:assumed-role/kubernetes-pull/${way.session}`
        const what = 'is not authorized to perform: ecr:BatchGetImage on resource'
        const sentence = `server message: ${who} ${what}: arn:aws:ecr:us-east-1:000000000000:repository/${others} because`
        assertIncludes(events.join('\n'), sentence, 'its events')
        await deletePod(api, NAMESPACE, pod.name)
      },
    ),
    step('the same login is told by GET what it may not do, and of what', async () => {
      const { roleArn } = await setUpIdentity(registry, cluster)
      const token = await createToken(api, { namespace: NAMESPACE, name: 'default' }, AUDIENCES[0])
      const headers = { authorization: `Basic ${btoa(`${roleArn}:${token}`)}` }
      const response = await fetch(`${registry.url}/v2/${others}/manifests/v1`, { headers })
      const body = await response.text()
      assertEqual(response.status, 403, `the status of the answer, which is ${body}`)
      assertMatches(body, new RegExp(`ecr:BatchGetImage.*${RegExp.escape(others)}`), 'the answer')
    }),
    step('what the node was set up with is taken down', async () => await end()),
  ]
}

async function startWithProvider(
  { cluster }: World,
  file: string,
  { env, image, ...provider }: Omit<CredentialProvider, 'configuration'> & ProviderChanges,
): Promise<() => Promise<void>> {
  await applyManifest(cluster.api, 'rbac.yaml')
  const configuration = await readProviderConfiguration(file, { image, env })
  await cluster.startKubelet([{ ...provider, configuration }])
  return async () => {}
}

function slugOf({ name }: Way): string {
  return name.replaceAll(' ', '-')
}
