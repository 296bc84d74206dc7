import { serveLayer } from '../../src/api/ecr/serve-layer.ts'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { type AwsSignOptions, callEcr } from './aws-requests.ts'
import { callQuery } from './query-requests.ts'
import { requestContext } from './request-context.ts'
import { roleArnOf } from './session-world.ts'
import type { TestRegistry } from './test-registry.ts'

/** Who may still do what, asked at each surface; `registryOf` gives the registry of the test that runs. */
export function sessionProbes(registryOf: () => TestRegistry) {
  async function whoIs(by: AwsSignOptions) {
    const answer = await callQuery(registryOf(), 'sts', { Action: 'GetCallerIdentity' }, by)
    return answer.text(answer.status === 200 ? 'Arn' : 'Code')
  }

  async function ask(by: AwsSignOptions, role: string, more: Readonly<Record<string, string>> = {}) {
    const RoleArn = role.startsWith('arn:') ? role : roleArnOf(role)
    const input = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'job', ...more }
    const answer = await callQuery(registryOf(), 'sts', input, by)
    return answer.status === 200 ? 'made' : answer.text('Code')
  }

  async function pull(authorization: string | null, more: { host?: string; name?: string } = {}): Promise<number> {
    const request = new Request(`http://127.0.0.1:5000/v2/${more.name ?? 'team/app'}/manifests/v1`, {
      headers: authorization === null ? {} : { authorization },
    })
    const context = requestContext(more.host === undefined ? {} : { host: more.host })
    return (await handleOciRequest(registryOf().services, request, context)).status
  }

  async function firstLayer(): Promise<string> {
    const answer = await registryOf().send('GET', '/v2/team/app/manifests/v1')
    return (await answer.json()).layers[0].digest
  }

  async function addressBy(by: AwsSignOptions, more: object = {}): Promise<string> {
    const input = { repositoryName: 'team/app', layerDigest: await firstLayer(), ...more }
    const { status, json } = await callEcr(registryOf(), 'GetDownloadUrlForLayer', input, by)
    if (status !== 200) throw new Error(`GetDownloadUrlForLayer answered ${status}`)
    return json.downloadUrl
  }

  async function download(url: string): Promise<number> {
    return (await serveLayer(registryOf().services, new Request(url), requestContext())).status
  }

  return { whoIs, ask, pull, firstLayer, addressBy, download }
}
