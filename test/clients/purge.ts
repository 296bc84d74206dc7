import { ask } from './registry-http.ts'
import type { Endpoint } from './server.ts'
import { assertThat, StepSkipped } from './steps.ts'

const POLICY = {
  version: 'lading/lifecycle/v1',
  rules: [{ name: 'untagged', select: { tagged: false }, action: 'expire' }],
}
const LIMIT_MS = 20_000

/** Makes a plan that expires whatever no tag holds, and applies it. @returns how many images that were */
export async function purgeUntagged(registry: Endpoint, repository: string): Promise<number> {
  if (!registry.speaksEcr) throw new StepSkipped('a stand-in has no lifecycle policies')
  const path = `/api/v1/repositories/${encodeURIComponent(repository)}/plans`
  const headers = { 'content-type': 'application/json' }
  const { id } = await ask(registry, path, { method: 'POST', body: JSON.stringify({ policy: POLICY }), headers }).then(
    (answer) => answer.json(),
  )
  await untilState(registry, `${path}/${id}`, 'ready')
  await ask(registry, `${path}/${id}/apply`, { method: 'POST' })
  return await untilState(registry, `${path}/${id}`, 'applied')
}

async function untilState(registry: Endpoint, path: string, state: string): Promise<number> {
  const deadlineMs = Date.now() + LIMIT_MS
  let plan = await (await ask(registry, path)).json()
  while (plan.state !== state) {
    assertThat(Date.now() < deadlineMs, `the plan is not ${state}: ${JSON.stringify(plan)}`)
    await Bun.sleep(100)
    plan = await (await ask(registry, path)).json()
  }
  return plan.summary.expire
}
