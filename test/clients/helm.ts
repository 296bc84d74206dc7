import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { ask } from './registry-http.ts'
import { assertEqual, assertIncludes, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const NAMESPACE = 'team-blue/charts'
const VERSIONS = ['1.0.0', '1.1.0', '1.2.0+build.7']

export const helm: Client = {
  name: 'helm',
  needs: ['helm'],
  steps: (world) => [...pushSteps(world), ...pullSteps(world)],
}

async function helmRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run([tool('helm'), ...args], { environment: homeOf(world), directory: world.directory, ...options })
}

function pushSteps(world: World): readonly Step[] {
  const { registry } = world
  return [
    step('registry login with the access key id and its secret', async () => {
      const login = ['registry', 'login', '--plain-http', '-u', registry.accessKeyId, '--password-stdin', registry.host]
      await helmRun(world, login, { input: registry.secretAccessKey })
    }),
    step('package and push of three versions of a chart', async () => {
      await helmRun(world, ['create', 'shop'])
      for (const version of VERSIONS) {
        await helmRun(world, ['package', 'shop', '--version', version])
        const pushed = await helmRun(world, ['push', '--plain-http', `shop-${version}.tgz`, chartsAt(world)])
        assertIncludes(pushed.stdout + pushed.stderr, 'Digest: sha256:', 'helm push')
      }
    }),
    step('the versions are the tags, + written as _', async () => {
      const response = await ask(registry, `/v2/${NAMESPACE}/shop/tags/list`)
      const expected = { name: `${NAMESPACE}/shop`, tags: ['1.0.0', '1.1.0', '1.2.0_build.7'] }
      assertEqual(await response.json(), expected, 'tags/list')
    }),
  ]
}

function pullSteps(world: World): readonly Step[] {
  const { directory } = world
  const pull = ['pull', '--plain-http', `${chartsAt(world)}/shop`]
  return [
    step('pull of each version gives the very archive', async () => {
      await mkdir(join(directory, 'pulled'))
      for (const version of VERSIONS) {
        await helmRun(world, [...pull, '--version', version, '-d', join(directory, 'pulled')])
        const file = `shop-${version}.tgz`
        await run(['cmp', join(directory, file), join(directory, 'pulled', file)])
      }
    }),
    step('pull with a version range finds the newest by listing the tags', async () => {
      await mkdir(join(directory, 'range'))
      const pulled = await helmRun(world, [...pull, '--version', '^1.0.0', '-d', join(directory, 'range')])
      assertIncludes(pulled.stdout + pulled.stderr, 'shop:1.2.0', 'the version that helm pulled')
    }),
    step('show chart and template work on the pushed chart', async () => {
      const chart = [`${chartsAt(world)}/shop`, '--plain-http', '--version', '1.1.0']
      assertIncludes((await helmRun(world, ['show', 'chart', ...chart])).stdout, 'version: 1.1.0', 'helm show chart')
      assertIncludes((await helmRun(world, ['template', 'x', ...chart])).stdout, 'kind: Deployment', 'helm template')
    }),
  ]
}

function chartsAt(world: World): string {
  return `oci://${world.registry.host}/${NAMESPACE}`
}
