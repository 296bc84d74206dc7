import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run, runRefused } from './command.ts'
import { type ToolName, tool } from './tools.ts'
import type { World } from './world.ts'

/** One of the two AWS CLIs, and the repository it works on; the two differ in what they send and in what they know. */
export interface Cli {
  readonly world: World
  readonly program: ToolName
  readonly repository: string
}

export function awsCommand({ world, program }: Cli, service: string, args: readonly string[]): readonly string[] {
  return [tool(program), '--endpoint-url', world.registry.url, '--output', 'json', service, ...args]
}

export function environmentOf({ world }: Cli): Record<string, string> {
  return {
    ...homeOf(world),
    AWS_ACCESS_KEY_ID: world.registry.accessKeyId,
    AWS_SECRET_ACCESS_KEY: world.registry.secretAccessKey,
    AWS_DEFAULT_REGION: world.registry.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}

/** Runs `aws ecr …` and returns what it printed. */
export async function ecr(cli: Cli, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run(awsCommand(cli, 'ecr', args), { environment: environmentOf(cli), ...options })
}

/** Runs `aws ecr …` on the repository, and gives its JSON answer; the assertions are on what is read from it. */
export async function ecrJson(cli: Cli, operation: string, ...args: string[]) {
  const { stdout } = await ecr(cli, [operation, '--repository-name', cli.repository, ...args])
  return JSON.parse(stdout)
}

export async function ecrRefused(cli: Cli, says: RegExp, ...args: string[]): Promise<void> {
  await runRefused(awsCommand(cli, 'ecr', args), says, { environment: environmentOf(cli) })
}

/** Runs `aws iam …`, and gives its JSON answer; undefined for an operation that has none. */
export async function iamJson(cli: Cli, operation: string, ...args: string[]) {
  const { stdout } = await run(awsCommand(cli, 'iam', [operation, ...args]), { environment: environmentOf(cli) })
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}

export async function iamRefused(cli: Cli, says: RegExp, ...args: string[]): Promise<void> {
  await runRefused(awsCommand(cli, 'iam', args), says, { environment: environmentOf(cli) })
}
