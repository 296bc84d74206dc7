import { join } from 'node:path'
import {
  GetAccountAuthorizationDetailsCommand,
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
} from '@aws-sdk/client-iam'
import { run } from './command.ts'
import { assertEqual, assertIncludes, assertMatches, assertThat, type Step, step } from './steps.ts'
import { FIRST_IAM, IAM_RESOURCES, iamBlocks, SECOND_IAM, type WantedIam } from './terraform-iam-configuration.ts'
import { assertNothingToDo, terraformApply, terraformOptions, terraformRun } from './terraform-run.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

/** What iam.md 2.3 recorded Terraform's provider to call, and more: all of it made, found unchanged, and changed. */
export function iamSteps(world: World): readonly Step[] {
  return [
    step('apply makes providers, roles, policies, users, groups and keys', async () => {
      await writeConfiguration(world, FIRST_IAM)
      const stdout = await terraformApply(world)
      assertIncludes(stdout, `Resources: ${IAM_RESOURCES} added, 0 changed, 0 destroyed`, 'terraform apply')
    }),
    step('a plan after it is empty: every document and every principal came back as it was', () =>
      assertNothingToDo(world),
    ),
    step('apply changes them in place', async () => {
      await writeConfiguration(world, SECOND_IAM)
      const stdout = await terraformApply(world)
      assertMatches(stdout, /Resources: 0 added, [1-9]\d* changed, 0 destroyed/, 'terraform apply')
    }),
    step('a plan after the change is empty', () => assertNothingToDo(world)),
    step('what was applied is what the API tells', async () => {
      const { Role } = await clientOf(world).send(new GetRoleCommand({ RoleName: 'terraform-ci' }))
      const found = [Role?.Description, Role?.MaxSessionDuration, Role?.Path]
      assertEqual(found, [SECOND_IAM.description, SECOND_IAM.maxSessionSeconds, '/ci/'], 'the role')
      assertIncludes(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), 'environment:production', 'the trust')
    }),
    step('import takes over a role that is there', async () => {
      await run([tool('terraform'), 'state', 'rm', 'aws_iam_role.ci'], terraformOptions(world))
      await terraformRun(world, ['import', '-input=false', 'aws_iam_role.ci', 'terraform-ci'])
      await assertNothingToDo(world)
    }),
  ]
}

/** After a destroy nothing of it is there any more. */
export async function assertIamGone(world: World): Promise<void> {
  const client = clientOf(world)
  const details = await client.send(new GetAccountAuthorizationDetailsCommand({}))
  const names = [
    ...(details.RoleDetailList ?? []).map(({ RoleName }) => RoleName),
    ...(details.UserDetailList ?? []).map(({ UserName }) => UserName),
    ...(details.GroupDetailList ?? []).map(({ GroupName }) => GroupName),
    ...(details.Policies ?? []).map(({ PolicyName }) => PolicyName),
  ]
  const left = names.filter((name) => name?.startsWith('terraform-'))
  assertEqual(left, [], 'what is left of the identities')
  const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}))
  assertThat(OpenIDConnectProviderList.length === 0, `providers are left: ${JSON.stringify(OpenIDConnectProviderList)}`)
}

function clientOf({ registry }: World): IAMClient {
  const { accessKeyId, secretAccessKey, region, url } = registry
  return new IAMClient({ region, endpoint: url, credentials: { accessKeyId, secretAccessKey } })
}

async function writeConfiguration(world: World, wanted: WantedIam): Promise<void> {
  await Bun.write(join(world.directory, 'configuration/iam.tf'), iamBlocks(wanted))
}
