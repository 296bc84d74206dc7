import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { run, runRefused } from './command.ts'
import type { Daemon } from './daemon.ts'
import { dockerRun, startDockerDaemon } from './docker-daemon.ts'
import { assertPulledIdentical, pushImage } from './registry-http.ts'
import { assertIncludes, type Client, type Step, StepSkipped, step } from './steps.ts'
import { findTool, type ToolName, tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'public/app'

let daemon: Daemon | undefined

/** The listener that lets anybody read, and nobody write, used by clients that never logged in. */
export const anonymous: Client = {
  name: 'anonymous',
  needs: [],
  steps: (world) => (world.anonymousHost === undefined ? [] : readSteps(world, world.anonymousHost)),
  cleanUp: async () => await daemon?.stop(),
}

function readSteps(world: World, host: string): readonly Step[] {
  const { registry, images, directory } = world
  const image = { layout: images.layout, root: images.multi }
  const environment = homeOf(world)
  return [
    step('an image to be pulled', async () => {
      await pushImage(registry, REPOSITORY, { ...image, tag: 'multi' })
    }),
    stepWith(['skopeo'], 'skopeo pulls without a login', async () => {
      const pulled = join(directory, 'skopeo')
      const copy = [tool('skopeo'), 'copy', '--all', '--src-tls-verify=false', `docker://${host}/${REPOSITORY}:multi`]
      await run([...copy, `oci:${pulled}:it`], { environment })
      await assertPulledIdentical(pulled, image)
    }),
    stepWith(['crane'], 'crane pulls without a login, and cannot push or delete', async () => {
      const [remote, pulled] = [`${host}/${REPOSITORY}`, join(directory, 'crane')]
      await run([tool('crane'), 'pull', '--format=oci', `${remote}:multi`, pulled], { environment })
      await assertPulledIdentical(pulled, image)
      for (const write of [
        ['tag', `${remote}:multi`, 'mine'],
        ['delete', `${remote}:multi`],
      ]) {
        await runRefused([tool('crane'), ...write], /DENIED|UNAUTHORIZED|UNSUPPORTED|40[135]/, { environment })
      }
    }),
    stepWith(['docker', 'dockerd'], 'docker pulls without a login', async () => {
      daemon = await startDockerDaemon(world)
      const { stdout } = await dockerRun(world, ['pull', `${host}/${REPOSITORY}:multi`], { timeoutSeconds: 240 })
      assertIncludes(stdout, `Digest: ${images.multi.digest}`, 'docker pull')
    }),
  ]
}

/** A step that is skipped by name when what it needs is absent. */
function stepWith(needs: readonly ToolName[], name: string, body: () => Promise<void>): Step {
  return step(name, async () => {
    const absent = needs.filter((one) => findTool(one) === undefined)
    if (absent.length > 0) throw new StepSkipped(`not installed: ${absent.join(', ')}`)
    await body()
  })
}
