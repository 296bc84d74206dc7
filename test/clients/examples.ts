import { cp } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { homeOf } from './client-home.ts'
import { run } from './command.ts'
import { assertPulledIdentical, assertTag, pushImage } from './registry-http.ts'
import { assertEqual, assertIncludes, type Client, type Step, StepSkipped, step } from './steps.ts'
import { writeMirrorSettings } from './terraform-mirror.ts'
import { findTool, GO_BIN_DIRECTORY, tool } from './tools.ts'
import type { World } from './world.ts'

const EXAMPLES = join(dirname(dirname(import.meta.dirname)), 'examples')
const REPOSITORY = 'examples/app'

/** Every file of examples/, run as its first lines say. */
export const examples: Client = {
  name: 'examples',
  needs: [],
  steps: (world) => [...scriptSteps(world), ...programSteps(world)],
}

function environmentOf(world: World): Record<string, string> {
  const { registry } = world
  return {
    ...homeOf(world),
    PATH: [process.env.PATH, GO_BIN_DIRECTORY].join(delimiter),
    REGISTRY: registry.host,
    ACCESS_KEY_ID: registry.accessKeyId,
    SECRET_ACCESS_KEY: registry.secretAccessKey,
    AWS_ACCESS_KEY_ID: registry.accessKeyId,
    AWS_SECRET_ACCESS_KEY: registry.secretAccessKey,
  }
}

function scriptSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const environment = environmentOf(world)
  return [
    step('push-and-pull.sh', async () => {
      if (findTool('skopeo') === undefined) throw new StepSkipped('not installed: skopeo')
      const output = join(directory, 'output')
      const script = join(EXAMPLES, 'push-and-pull.sh')
      await run([script, `${images.layout}:multi`, `${REPOSITORY}:1`, `${output}:1`], { environment })
      await assertTag(registry, REPOSITORY, '1', images.multi.digest)
      await assertPulledIdentical(output, { layout: images.layout, root: images.multi })
    }),
    step('attach-sbom.sh', async () => {
      if (findTool('oras') === undefined) throw new StepSkipped('not installed: oras')
      await pushImage(registry, 'examples/sbom', { layout: images.layout, root: images.arm64, tag: '1' })
      const document = join(directory, 'sbom.spdx.json')
      await Bun.write(document, '{"spdxVersion":"SPDX-2.3"}')
      const { stdout } = await run([join(EXAMPLES, 'attach-sbom.sh'), 'examples/sbom:1', document], { environment })
      assertIncludes(stdout, 'application/spdx+json', 'what is attached')
    }),
  ]
}

function programSteps(world: World): readonly Step[] {
  const { registry, directory } = world
  const environment = environmentOf(world)
  return [
    step('release-repository.ts, also a second time', async () => {
      const command = [process.execPath, join(EXAMPLES, 'release-repository.ts'), registry.url, 'examples/release']
      await run(command, { environment })
      const { stdout } = await run(command, { environment })
      assertIncludes(stdout, 'examples/release IMMUTABLE_WITH_EXCLUSION', 'the repository')
    }),
    step('terraform/main.tf, and a second plan that is empty', async () => {
      const absent = (['terraform', 'terraform-provider-aws'] as const).filter((name) => findTool(name) === undefined)
      if (absent.length > 0) throw new StepSkipped(`not installed: ${absent.join(', ')}`)
      const configuration = join(directory, 'terraform')
      await cp(join(EXAMPLES, 'terraform'), configuration, { recursive: true })
      const settings = await writeMirrorSettings(directory)
      const options = { environment: { ...environment, ...settings }, directory: configuration, timeoutSeconds: 240 }
      const keys = ['-var', `access_key=${registry.accessKeyId}`, '-var', `secret_key=${registry.secretAccessKey}`]
      const variables = ['-input=false', '-var', `endpoint=${registry.url}`, ...keys]
      await run([tool('terraform'), 'init', '-input=false'], options)
      await run([tool('terraform'), 'apply', '-auto-approve', ...variables], options)
      await run([tool('terraform'), 'plan', '-detailed-exitcode', ...variables], options)
      const { stdout } = await run([tool('terraform'), 'output', '-json', 'repositories'], options)
      assertEqual(JSON.parse(stdout).length, 2, 'the number of repositories')
    }),
  ]
}
