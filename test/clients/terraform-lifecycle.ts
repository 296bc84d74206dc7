import { join } from 'node:path'
import { GetLifecyclePolicyCommand, LifecyclePolicyNotFoundException } from '@aws-sdk/client-ecr'
import { ecrClient } from './registry-token.ts'
import { assertEqual, assertIncludes, assertThat, type Step, step } from './steps.ts'
import { REPOSITORY } from './terraform-configuration.ts'
import { assertNothingToDo, terraformApply } from './terraform-run.ts'
import type { World } from './world.ts'

const UNTAGGED = `{
      rulePriority = 1
      description  = "untagged after a week"
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
      action       = { type = "expire" }
    }`
const KEEP = (count: number) => `{
      rulePriority = 2
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = ${count} }
      action       = { type = "expire" }
    }`

/** The policy as a text, and one that the provider's own data source writes. */
function lifecycleBlocks(rules: readonly string[]): string {
  return `
resource "aws_ecr_lifecycle_policy" "plain" {
  repository = aws_ecr_repository.plain.name
  policy = jsonencode({
    rules = [${rules.join(', ')}]
  })
}

data "aws_ecr_lifecycle_policy_document" "releases" {
  rule {
    priority    = 1
    description = "thirty releases"
    selection {
      tag_status       = "tagged"
      tag_pattern_list = ["v*.*.*"]
      count_type       = "imageCountMoreThan"
      count_number     = 30
    }
    action {
      type = "expire"
    }
  }
  rule {
    priority = 2
    selection {
      tag_status   = "untagged"
      count_type   = "sinceImagePushed"
      count_unit   = "days"
      count_number = 14
    }
  }
}

resource "aws_ecr_lifecycle_policy" "tagged" {
  repository = aws_ecr_repository.tagged.name
  policy     = data.aws_ecr_lifecycle_policy_document.releases.json
}
`
}

export function lifecycleSteps(world: World): readonly Step[] {
  return [
    step('apply makes lifecycle policies, one of them of the data source', async () => {
      await writeConfiguration(world, [UNTAGGED, KEEP(10)])
      assertIncludes(await terraformApply(world), 'Resources: 2 added, 0 changed, 0 destroyed', 'terraform apply')
      assertEqual(await keptOf(world, 'plain'), [7, 10], 'the policy')
      assertEqual(await keptOf(world, 'tagged'), [30, 14], 'the policy of the data source')
    }),
    step('a plan after it is empty, also with the rules in another order', async () => {
      await assertNothingToDo(world)
      await writeConfiguration(world, [KEEP(10), UNTAGGED])
      await assertNothingToDo(world)
    }),
    step('apply changes a lifecycle policy, after which a plan is empty', async () => {
      await writeConfiguration(world, [UNTAGGED, KEEP(5)])
      await terraformApply(world)
      assertEqual(await keptOf(world, 'plain'), [7, 5], 'the policy')
      await assertNothingToDo(world)
    }),
    step('apply without them deletes lifecycle policies, and leaves the repositories', async () => {
      await Bun.write(join(world.directory, 'configuration/lifecycle.tf'), '')
      assertIncludes(await terraformApply(world), 'Resources: 0 added, 0 changed, 2 destroyed', 'terraform apply')
      const gone = await keptOf(world, 'plain').catch((thrown: unknown) => thrown)
      assertThat(gone instanceof LifecyclePolicyNotFoundException, `the API says ${gone}`)
    }),
  ]
}

/** The numbers that the rules of a repository's policy count to, in their order. */
async function keptOf({ registry }: World, name: string): Promise<number[]> {
  const command = new GetLifecyclePolicyCommand({ repositoryName: `${REPOSITORY}/${name}` })
  const { lifecyclePolicyText = '' } = await ecrClient(registry).send(command)
  const { rules }: { rules: { selection: { countNumber: number } }[] } = JSON.parse(lifecyclePolicyText)
  return rules.map(({ selection }) => selection.countNumber)
}

async function writeConfiguration(world: World, rules: readonly string[]): Promise<void> {
  await Bun.write(join(world.directory, 'configuration/lifecycle.tf'), lifecycleBlocks(rules))
}
