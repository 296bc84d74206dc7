import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr'
import { attempt, run } from './command.ts'
import { pushImage } from './registry-http.ts'
import { ecrClient } from './registry-token.ts'
import { assertEqual, assertIncludes, assertThat, type Client, type Step, StepSkipped, step } from './steps.ts'
import {
  DATA,
  EXCLUDING,
  FIRST,
  providerBlock,
  REPOSITORY,
  resourceBlocks,
  SECOND,
  type Wanted,
} from './terraform-configuration.ts'
import { assertIamGone, iamSteps } from './terraform-iam.ts'
import { lifecycleSteps } from './terraform-lifecycle.ts'
import { findProviderMirror, writeMirrorSettings } from './terraform-mirror.ts'
import { assertNothingToDo, terraformCommand, terraformOptions, terraformRun } from './terraform-run.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

export const terraform: Client = {
  name: 'terraform',
  needs: ['terraform', 'terraform-provider-aws'],
  steps: (world) => [
    ...applySteps(world),
    ...lifecycleSteps(world),
    ...readSteps(world),
    ...iamSteps(world),
    ...destroySteps(world),
  ],
}

function applySteps(world: World): readonly Step[] {
  return [
    step('init with the provider of a local mirror', async () => {
      await mkdir(join(world.directory, 'configuration'))
      await writeMirrorSettings(world.directory)
      await writeConfiguration(world, FIRST)
      await terraformRun(world, ['init', '-input=false'])
    }),
    step('apply creates repositories, a creation template and an account setting', async () => {
      const { stdout } = await terraformRun(world, ['apply', '-auto-approve', '-input=false'])
      assertIncludes(stdout, 'Apply complete! Resources: 5 added', 'terraform apply')
    }),
    step('a second plan is empty', () => assertNothingToDo(world)),
    step('apply updates tags, mutability, scanning and the template in place', async () => {
      await writeConfiguration(world, SECOND)
      const { stdout } = await terraformRun(world, ['apply', '-auto-approve', '-input=false'])
      assertIncludes(stdout, '0 added, 3 changed, 0 destroyed', 'terraform apply')
    }),
    step('a plan after the update is empty', () => assertNothingToDo(world)),
    step('what was applied is what the API tells', async () => {
      const names = { repositoryNames: [REPOSITORY] }
      const { repositories } = await ecrClient(world.registry).send(new DescribeRepositoriesCommand(names))
      assertEqual(repositories?.[0]?.imageTagMutability, SECOND.mutability, 'the mutability')
      assertEqual(repositories?.[0]?.imageScanningConfiguration, { scanOnPush: SECOND.scanOnPush }, 'the scanning')
    }),
  ]
}

function readSteps(world: World): readonly Step[] {
  const { registry, images } = world
  return [
    step('data sources read an image, the list of images, and a token', async () => {
      await pushImage(registry, REPOSITORY, { layout: images.layout, root: images.arm64, tag: 'arm64' })
      await Bun.write(join(world.directory, 'configuration/data.tf'), DATA)
      await terraformRun(world, ['apply', '-auto-approve', '-input=false'])
      const { stdout } = await terraformRun(world, ['output', '-json'])
      const outputs = JSON.parse(stdout)
      assertEqual(outputs.digest.value, images.arm64.digest, 'the digest of the data source')
      assertEqual(outputs.user.value, 'AWS', 'the user of the token')
    }),
    step('immutability with exclusion filters, and an empty plan after it', async () => {
      const { version } = findProviderMirror()
      if (!Bun.semver.satisfies(version, '>=6.8.0')) {
        throw new StepSkipped(`the aws provider ${version} does not know them, 6.8.0 does`)
      }
      await Bun.write(join(world.directory, 'configuration/excluding.tf'), EXCLUDING)
      await terraformRun(world, ['apply', '-auto-approve', '-input=false'])
      await assertNothingToDo(world)
    }),
    step('import takes over a repository that is there', async () => {
      await run([tool('terraform'), 'state', 'rm', 'aws_ecr_repository.plain'], terraformOptions(world))
      await terraformRun(world, ['import', '-input=false', 'aws_ecr_repository.plain', `${REPOSITORY}/plain`])
      const { stdout } = await attempt(terraformCommand(['plan', '-input=false']), terraformOptions(world))
      assertThat(/No changes|0 to add, \d+ to change, 0 to destroy/.test(stdout), `the plan after import:\n${stdout}`)
    }),
  ]
}

function destroySteps(world: World): readonly Step[] {
  return [
    step('destroy removes everything, images included where force_delete says so', async () => {
      await terraformRun(world, ['destroy', '-auto-approve', '-input=false'])
      const { repositories } = await ecrClient(world.registry).send(new DescribeRepositoriesCommand({}))
      const left = (repositories ?? []).filter((one) => one.repositoryName?.startsWith(REPOSITORY))
      assertEqual(left, [], 'the repositories that are left')
      await assertIamGone(world)
    }),
  ]
}

async function writeConfiguration(world: World, wanted: Wanted): Promise<void> {
  await Bun.write(join(world.directory, 'configuration/main.tf'), providerBlock(world) + resourceBlocks(wanted))
}
