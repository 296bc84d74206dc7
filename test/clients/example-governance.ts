import { join } from 'node:path'
import { attempt, run, runRefused } from './command.ts'
import { EXAMPLES, type IdentityExample, startIdentityExample, stopIdentityExample } from './identity-example.ts'
import { assertEqual, assertIncludes, assertThat, type Client, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const FOLDER = join(EXAMPLES, 'governance')

let example: IdentityExample | undefined

/** Rules for two teams as files: applied, found as they say, mended after drift; and what they forbid is refused. */
export const exampleGovernance: Client = {
  name: 'example-governance',
  needs: ['skopeo'],
  steps: (world) => [
    step('the files are shown, applied, and there is nothing to do after it', async () => {
      example = await startIdentityExample(world)
      await applyAll()
    }),
    step('what somebody has set by hand is shown and mended', mendDrift),
    step('a tag that is not as the team’s rules say is refused, and another is taken', () => pushTags(world)),
    step('a released tag does not move, and no repository may say otherwise', () => moveTag(world)),
    step('what does not fit the quota is refused', () => exceedQuota(world)),
    step('a protected repository is not deleted', async () => {
      await runRefused(
        lading('repository', 'delete', 'team-blue/api', '--force'),
        /deletion protection is set by/,
        env(),
      )
    }),
  ],
  cleanUp: () => stopIdentityExample(example),
}

function env(): { readonly environment: Readonly<Record<string, string>> } {
  assertThat(example !== undefined, 'the registry was not started')
  return example
}

/** By the shell's path, which has it as a release has. */
function lading(...args: readonly string[]): string[] {
  return ['sh', '-c', 'exec lading "$@"', 'sh', ...args]
}

const dryRun = async () => await attempt(lading('apply', '-f', FOLDER, '--dry-run'), env())

async function applyAll(): Promise<void> {
  const before = await dryRun()
  assertEqual(before.status, 3, `what the first dry run ends with: ${before.stderr}`)
  assertIncludes(before.stdout, '+ Repository team-blue/api', 'what is to be made')
  await run(lading('apply', '-f', FOLDER, '--yes'), env())
  const after = await dryRun()
  assertEqual([after.status, after.stderr], [0, 'Nothing to do: 7 as declared.\n'], 'the dry run after it')
}

async function mendDrift(): Promise<void> {
  await run(lading('settings', 'set', 'quota', '{"images": 5}', '--namespace', 'team-green/'), env())
  await run(lading('settings', 'unlock', 'tagMutability'), env())
  const shown = await dryRun()
  assertIncludes(shown.stdout, '~ settings.quota.images: 5 → 2', 'the old value and the new one')
  assertIncludes(shown.stdout, '~ locked.tagMutability: false → true', 'the lock')
  await run(lading('apply', '-f', FOLDER, '--yes'), env())
  assertEqual((await dryRun()).status, 0, 'what the dry run ends with when all is mended')
}

/** @param image a tag of the layout */
function copy({ images }: World, image: string, target: string): string[] {
  assertThat(example !== undefined, 'the registry was not started')
  const { accessKeyId, secretAccessKey, host } = example.endpoint
  const login = ['--dest-tls-verify=false', '--dest-creds', `${accessKeyId}:${secretAccessKey}`]
  const all = image === 'multi' ? ['--all'] : []
  return [tool('skopeo'), 'copy', ...all, ...login, `oci:${images.layout}:${image}`, `docker://${host}/${target}`]
}

async function pushTags(world: World): Promise<void> {
  await runRefused(
    copy(world, 'arm64', 'team-blue/api:latest'),
    /semantic version.*dev-\*|dev-\*.*semantic version/s,
    env(),
  )
  await run(copy(world, 'arm64', 'team-blue/api:1.0.0'), env())
  await run(copy(world, 'arm64', 'team-blue/api:dev-1'), env())
}

async function moveTag(world: World): Promise<void> {
  await runRefused(copy(world, 'amd64', 'team-blue/api:1.0.0'), /tag is immutable/, env())
  await run(copy(world, 'amd64', 'team-blue/api:dev-1'), env())
  const weaker = lading('settings', 'set', 'tagMutability', '{"mode": "MUTABLE"}', '--repository', 'team-blue/api')
  await runRefused(weaker, /tagMutability is locked by the registry/, env())
}

async function exceedQuota(world: World): Promise<void> {
  await runRefused(
    copy(world, 'multi', 'team-green/batch:1'),
    /quota of namespace 'team-green\/' in images is 2/,
    env(),
  )
  await run(copy(world, 'arm64', 'team-green/batch:2'), env())
}
