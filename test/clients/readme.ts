import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { homeOf } from './client-home.ts'
import { run } from './command.ts'
import type { Daemon } from './daemon.ts'
import { dockerRun, dockerSocket, startDockerDaemon } from './docker-daemon.ts'
import { findDigest } from './registry-http.ts'
import { assertThat, type Client, step } from './steps.ts'
import { PYTHON_DIRECTORY } from './tools.ts'
import type { World } from './world.ts'

const ROOT = dirname(dirname(import.meta.dirname))
const README = join(ROOT, 'README.md')
const README_HOST = '127.0.0.1:5000'

let daemon: Daemon | undefined

/** The commands of the README, as they stand there, but for the address. */
export const readme: Client = {
  name: 'readme',
  needs: ['docker', 'dockerd', 'aws-v1'],
  steps: (world) => [
    step('a data folder as the first start leaves it, and an image called alpine', async () => {
      const { accessKeyId, secretAccessKey } = world.registry
      await mkdir(join(world.directory, 'data'))
      const key = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }
      await Bun.write(join(world.directory, 'data/root-credentials.json'), JSON.stringify(key))
      daemon = await startDockerDaemon(world)
      await dockerRun(world, ['import', world.images.rootFileSystem, 'alpine'], { timeoutSeconds: 240 })
    }),
    step('every block of shell commands, one after the other', async () => {
      const blocks = [...(await Bun.file(README).text()).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
        ([, block]) => block,
      )
      assertThat(blocks.length >= 2, `README has ${blocks.length} blocks of shell commands`)
      await run(['bash', '-euo', 'pipefail', '-c', blocks.join('\n').replaceAll(README_HOST, world.registry.host)], {
        directory: world.directory,
        environment: environmentOf(world),
        timeoutSeconds: 240,
      })
    }),
    step('the image that the README pushes is there', async () => {
      assertThat((await findDigest(world.registry, 'team-blue/api', '1')) !== undefined, 'team-blue/api:1 is not there')
    }),
  ],
  cleanUp: async () => await daemon?.stop(),
}

function environmentOf(world: World): Record<string, string> {
  return {
    ...homeOf(world),
    PATH: [join(PYTHON_DIRECTORY, 'bin'), '/usr/bin', join(ROOT, 'bin'), process.env.PATH].join(delimiter),
    DOCKER_HOST: dockerSocket(world),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}
