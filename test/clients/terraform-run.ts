import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

export async function terraformRun(
  world: World,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  return await run(terraformCommand(args), { ...terraformOptions(world), ...options })
}

export function terraformCommand([verb = '', ...rest]: readonly string[]): readonly string[] {
  return [tool('terraform'), verb, '-no-color', ...rest]
}

export function terraformOptions(world: World): CommandOptions {
  const { directory } = world
  const environment = {
    ...homeOf(world),
    TF_CLI_CONFIG_FILE: join(directory, 'terraform.rc'),
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return { environment, directory: join(directory, 'configuration'), timeoutSeconds: 240 }
}

export async function terraformApply(world: World): Promise<string> {
  return (await terraformRun(world, ['apply', '-auto-approve', '-input=false'])).stdout
}

/** Exit status 0 of `plan -detailed-exitcode` means no changes, 2 means changes. */
export async function assertNothingToDo(world: World): Promise<void> {
  await terraformRun(world, ['plan', '-detailed-exitcode', '-input=false'])
}
