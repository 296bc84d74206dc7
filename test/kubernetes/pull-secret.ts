import { fetchRegistryToken } from '../clients/registry-token.ts'
import { assertEqual, assertMatches, step } from '../clients/steps.ts'
import { createNamespace, createPullSecret, deletePod, runPod } from './pods.ts'
import { pushSmallImage } from './push-small-image.ts'
import type { Scenario } from './scenario.ts'

const NAMESPACE = 'pull-secret'

/** What every cluster can do, without any identity of a workload: a secret that somebody made. */
export const pullSecret: Scenario = {
  name: 'pull secret',
  needs: [],
  steps: ({ cluster, registry, directory }) => {
    const { api } = cluster
    let image = ''
    return [
      step('a kubelet starts without credential providers', async () => {
        await cluster.startKubelet([])
        await createNamespace(api, NAMESPACE)
        image = await pushSmallImage(registry, { directory, repository: 'team-blue/secret' })
      }),
      step('a pod without a secret is refused its image, and told why', async () => {
        const { state, events } = await runPod(api, { namespace: NAMESPACE, name: 'without', image })
        assertEqual(state, 'image-not-pulled', 'the state of the pod')
        assertMatches(events.join('\n'), /Failed to pull image .* 401 Unauthorized/, 'its events')
        await deletePod(api, NAMESPACE, 'without')
      }),
      step('a pod with a secret that holds an authorization token runs', async () => {
        const login = { host: registry.host, username: 'AWS', password: await fetchRegistryToken(registry) }
        await createPullSecret(api, { namespace: NAMESPACE, name: 'registry' }, login)
        const outcome = await runPod(api, { namespace: NAMESPACE, name: 'with', image, pullSecrets: ['registry'] })
        assertEqual(outcome.state, 'running', `the state of the pod, whose events are ${outcome.events.join('; ')}`)
        await deletePod(api, NAMESPACE, 'with')
      }),
    ]
  },
}
