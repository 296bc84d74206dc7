import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchRegistryToken } from '../clients/registry-token.ts'
import { assertEqual, assertIncludes, assertThat, step } from '../clients/steps.ts'
import { ISSUER } from './control-plane.ts'
import type { CredentialProvider } from './kubelet.ts'
import { applyManifest, publishedProgram, readProviderConfiguration } from './manifests.ts'
import { createNamespace, createServiceAccount, deletePod, runPod } from './pods.ts'
import { pushSmallImage } from './push-small-image.ts'
import type { Scenario, World } from './scenario.ts'
import { claimsOf } from './token-claims.ts'

const NAMESPACE = 'recorded'
const ACCOUNT = 'puller'
const AUDIENCE = 'registry.example.com'
const ROLE = 'arn:aws:iam::000000000000:role/recorded'

/** What the kubelet does with a credential provider, whatever the registry makes of roles: it is asked, and believed. */
export const recordedProvider: Scenario = {
  name: 'recorded provider',
  needs: [],
  steps: (world) => {
    const { cluster, registry, directory } = world
    const { api } = cluster
    const pod = { namespace: NAMESPACE, serviceAccount: ACCOUNT }
    let image = ''
    return [
      step('a kubelet starts with a provider that writes down what it is asked', async () => {
        await cluster.startKubelet([await recordingProvider(world)])
        await createNamespace(api, NAMESPACE)
        await createServiceAccount(api, NAMESPACE, ACCOUNT, { 'lading.dev/role-arn': ROLE })
        image = await pushSmallImage(registry, { directory, repository: 'team-blue/recorded' })
      }),
      step('without rbac.yaml the kubelet gets no token, and asks no provider', async () => {
        const outcome = await runPod(api, { ...pod, name: 'too-early', image })
        assertEqual(outcome.state, 'image-not-pulled', 'the state of the pod')
        const why = 'is not authorized to request tokens for this audience'
        assertIncludes(await cluster.readKubeletLog(), why, "the kubelet's log")
        assertThat(!(await Bun.file(join(directory, 'request')).exists()), 'the provider was asked all the same')
        await deletePod(api, NAMESPACE, 'too-early')
      }),
      step('with rbac.yaml the provider is asked, and a pod without any secret runs', async () => {
        await applyManifest(api, 'rbac.yaml')
        const outcome = await runPod(api, { ...pod, name: 'in-time', image })
        assertEqual(outcome.state, 'running', `the state of the pod, whose events are ${outcome.events.join('; ')}`)
        await deletePod(api, NAMESPACE, 'in-time')
      }),
      step('it was given a token of our audience, bound to the pod', async () => {
        const request = await Bun.file(join(directory, 'request')).json()
        assertEqual(request.image, image.slice(0, image.lastIndexOf(':')), 'the image asked for')
        assertEqual(request.serviceAccountAnnotations, { 'lading.dev/role-arn': ROLE }, 'the annotations')
        const claims = claimsOf(request.serviceAccountToken)
        assertEqual([claims.iss, claims.aud], [ISSUER, [AUDIENCE]], 'the issuer and the audience')
        assertEqual(claims.sub, `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`, 'the subject')
        assertIncludes(JSON.stringify(claims['kubernetes.io']), '"pod":{"name":"in-time"', 'what it is bound to')
      }),
      step('our program answers that very request with the role and the token', async () => {
        const { serviceAccountToken } = await Bun.file(join(directory, 'request')).json()
        const { auth, cacheDuration } = await Bun.file(join(directory, 'response')).json()
        const login = { username: ROLE, password: serviceAccountToken }
        assertEqual(auth, { [registry.host]: login }, 'the answer')
        assertThat(Number.parseInt(cacheDuration, 10) > 600, `it is kept for ${cacheDuration} only`)
      }),
    ]
  },
}

/** Our program answers into a file; the kubelet is told what opens this registry already. */
async function recordingProvider({ registry, directory }: World): Promise<CredentialProvider> {
  await mkdir(directory, { recursive: true })
  const login = { username: 'AWS', password: await fetchRegistryToken(registry) }
  const answer = {
    apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
    kind: 'CredentialProviderResponse',
    cacheKeyType: 'Registry',
    cacheDuration: '0s',
    auth: { [registry.host]: login },
  }
  await Bun.write(join(directory, 'answer'), JSON.stringify(answer))
  const text = [
    '#!/bin/sh',
    `cd '${directory}' && cat >request && '${publishedProgram('lading-credential-provider')}' <request >response`,
    'cat answer',
  ].join('\n')
  const changes = { image: registry.host, env: { LADING_ROLE_ARN: 'arn:aws:iam::000000000000:role/nobody' } }
  const configuration = await readProviderConfiguration('credential-provider-config.yaml', changes)
  return { name: 'lading-credential-provider', configuration, program: { text } }
}
