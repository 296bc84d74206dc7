import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr'
import { homeOf } from './client-home.ts'
import { attempt, type CommandOptions, type Outcome, run } from './command.ts'
import { pushImage } from './registry-http.ts'
import { ecrClient } from './registry-token.ts'
import { assertEqual, assertIncludes, assertThat, type Client, type Step, StepSkipped, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/terraform'
const PROVIDER = /^(.*)\/registry\.terraform\.io\/hashicorp\/aws\/(\d[^/]*)\//m

export const terraform: Client = {
  name: 'terraform',
  needs: ['terraform'],
  steps: (world) => [...applySteps(world), ...readSteps(world), ...destroySteps(world)],
}

async function terraformRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run(terraformCommand(args), { ...optionsOf(world), ...options })
}

function terraformCommand([verb = '', ...rest]: readonly string[]): readonly string[] {
  return [tool('terraform'), verb, '-no-color', ...rest]
}

function optionsOf(world: World): CommandOptions {
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

/** A folder that Terraform takes providers from, and the version of the aws provider in it. */
interface ProviderMirror {
  readonly folder: string
  readonly version: string
}

/** Terraform's own registry is not asked: the provider is taken from the machine or not at all. */
async function findProviderMirror(): Promise<ProviderMirror> {
  const places = ['/opt', '/usr/local', '/usr/share', '/var/lib', homedir()]
  const { stdout } = await attempt(['find', ...places, '-xdev', '-type', 'f', '-name', 'terraform-provider-aws_*'])
  const [, folder, version] = PROVIDER.exec(stdout) ?? []
  if (folder !== undefined && version !== undefined) return { folder, version }
  throw new StepSkipped("there is no mirror of Terraform's aws provider on this machine")
}

function applySteps(world: World): readonly Step[] {
  return [
    step('init with the provider of a local mirror', async () => {
      const { folder } = await findProviderMirror()
      await mkdir(join(world.directory, 'configuration'))
      const settings = `provider_installation {\n  filesystem_mirror {\n    path = "${folder}"\n  }\n}\n`
      await Bun.write(join(world.directory, 'terraform.rc'), settings)
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

/** Exit status 0 of `plan -detailed-exitcode` means no changes, 2 means changes. */
async function assertNothingToDo(world: World): Promise<void> {
  await terraformRun(world, ['plan', '-detailed-exitcode', '-input=false'])
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
      const { version } = await findProviderMirror()
      if (!Bun.semver.satisfies(version, '>=6.8.0')) {
        throw new StepSkipped(`the aws provider ${version} does not know them, 6.8.0 does`)
      }
      await Bun.write(join(world.directory, 'configuration/excluding.tf'), EXCLUDING)
      await terraformRun(world, ['apply', '-auto-approve', '-input=false'])
      await assertNothingToDo(world)
    }),
    step('import takes over a repository that is there', async () => {
      await run([tool('terraform'), 'state', 'rm', 'aws_ecr_repository.plain'], optionsOf(world))
      await terraformRun(world, ['import', '-input=false', 'aws_ecr_repository.plain', `${REPOSITORY}/plain`])
      const { stdout } = await attempt(terraformCommand(['plan', '-input=false']), optionsOf(world))
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
    }),
  ]
}

interface Wanted {
  readonly mutability: string
  readonly scanOnPush: boolean
  readonly stage: string
  readonly description: string
}

const FIRST: Wanted = { mutability: 'IMMUTABLE', scanOnPush: true, stage: 'test', description: 'first' }
const SECOND: Wanted = { mutability: 'MUTABLE', scanOnPush: false, stage: 'production', description: 'second' }

async function writeConfiguration(world: World, wanted: Wanted): Promise<void> {
  await Bun.write(join(world.directory, 'configuration/main.tf'), providerBlock(world) + resourceBlocks(wanted))
}

function providerBlock({ registry }: World): string {
  return `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  access_key                  = "${registry.accessKeyId}"
  secret_key                  = "${registry.secretAccessKey}"
  region                      = "${registry.region}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  endpoints {
    ecr = "${registry.url}"
    sts = "${registry.url}"
    iam = "${registry.url}"
  }
}
`
}

function resourceBlocks({ mutability, scanOnPush, stage, description }: Wanted): string {
  return `
resource "aws_ecr_repository" "full" {
  name                 = "${REPOSITORY}"
  image_tag_mutability = "${mutability}"
  force_delete         = true
  image_scanning_configuration {
    scan_on_push = ${scanOnPush}
  }
  encryption_configuration {
    encryption_type = "AES256"
  }
  tags = {
    Team  = "blue"
    Stage = "${stage}"
  }
}

resource "aws_ecr_repository" "plain" {
  name = "${REPOSITORY}/plain"
}

resource "aws_ecr_repository" "tagged" {
  name = "${REPOSITORY}/tagged"
  tags = {
    Stage = "${stage}"
  }
}

resource "aws_ecr_repository_creation_template" "mirror" {
  prefix               = "terraform/mirror"
  description          = "${description}"
  image_tag_mutability = "IMMUTABLE"
  applied_for          = ["PULL_THROUGH_CACHE", "REPLICATION"]
  encryption_configuration {
    encryption_type = "AES256"
  }
  resource_tags = {
    Made = "by-template"
  }
}

resource "aws_ecr_account_setting" "scanner" {
  name  = "BASIC_SCAN_TYPE_VERSION"
  value = "AWS_NATIVE"
}
`
}

const DATA = `
data "aws_ecr_image" "arm64" {
  repository_name = "${REPOSITORY}"
  image_tag       = "arm64"
}

data "aws_ecr_repository" "full" {
  name = "${REPOSITORY}"
}

data "aws_ecr_repositories" "all" {}

data "aws_ecr_authorization_token" "token" {}

output "digest" {
  value = data.aws_ecr_image.arm64.image_digest
}

output "user" {
  value = data.aws_ecr_authorization_token.token.user_name
}
`

const EXCLUDING = `
resource "aws_ecr_repository" "excluding" {
  name                 = "${REPOSITORY}/excluding"
  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION"
  image_tag_mutability_exclusion_filter {
    filter      = "dev-*"
    filter_type = "WILDCARD"
  }
}
`
