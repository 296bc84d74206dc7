import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { run } from './command.ts'
import { assertEqual, type Client, StepSkipped, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

export const boto3: Client = {
  name: 'boto3',
  needs: ['boto3'],
  steps: (world) => [
    step('a script pushes, lists and pulls images by the ECR API alone', async () => {
      const script = join(import.meta.dirname, 'boto3-layers.py')
      const { stdout } = await run([tool('boto3'), script, world.registry.url], { environment: environmentOf(world) })
      assertEqual(stdout.trim(), 'ok', 'the output of the script')
    }),
    step('lifecycle policies, previews with their waiter and paginator', () => runLifecycle(world, 'policies')),
    step('an image is archived and restored', () => runLifecycle(world, 'archive')),
  ],
}

async function runLifecycle(world: World, part: string): Promise<void> {
  const script = join(import.meta.dirname, 'boto3-lifecycle.py')
  const command = [tool('boto3'), script, world.registry.url, part]
  const { stdout } = await run(command, { environment: environmentOf(world) })
  if (stdout.trim() === 'unknown') throw new StepSkipped('this boto3 does not know update_image_storage_class')
  assertEqual(stdout.trim(), 'ok', 'the output of the script')
}

function environmentOf(world: World): Record<string, string> {
  return {
    ...homeOf(world),
    AWS_ACCESS_KEY_ID: world.registry.accessKeyId,
    AWS_SECRET_ACCESS_KEY: world.registry.secretAccessKey,
    AWS_DEFAULT_REGION: world.registry.region,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
