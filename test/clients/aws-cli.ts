import { iamSteps } from './aws-cli-iam.ts'
import { layerSteps, readImageSteps, writeImageSteps } from './aws-cli-images.ts'
import { lifecycleSteps } from './aws-cli-lifecycle.ts'
import { awsCommand, type Cli, ecr, ecrJson, ecrRefused, environmentOf } from './aws-cli-run.ts'
import { run, runRefused } from './command.ts'
import { pushImage } from './registry-http.ts'
import { assertEqual, assertIncludes, assertThat, type Client, type Step, StepSkipped, step } from './steps.ts'
import { findTool, tool } from './tools.ts'

export const awsV1: Client = awsClient('aws-v1')
export const awsV2: Client = awsClient('aws-v2')

function awsClient(program: 'aws-v1' | 'aws-v2'): Client {
  return {
    name: program,
    needs: [program],
    steps: (world) => {
      const cli = { world, program, repository: `team-blue/${program}` }
      return [
        ...identitySteps(cli),
        ...repositorySteps(cli),
        ...readImageSteps(cli),
        ...writeImageSteps(cli),
        ...layerSteps(cli),
        ...lifecycleSteps(cli),
        ...settingSteps(cli),
        ...iamSteps(cli),
        ...deleteSteps(cli),
      ]
    },
  }
}

function identitySteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  return [
    step('sts get-caller-identity names the account', async () => {
      const command = awsCommand(cli, 'sts', ['get-caller-identity'])
      const { stdout } = await run(command, { environment: environmentOf(cli) })
      assertEqual(JSON.parse(stdout).Account, registry.account, 'the account')
    }),
    step('cloudtrail lookup-events shows what this very client has just done', async () => {
      const attribute = 'AttributeKey=EventName,AttributeValue=GetCallerIdentity'
      const options = ['lookup-events', '--max-items', '1', '--lookup-attributes', attribute]
      const lookUp = async (): Promise<readonly { CloudTrailEvent: string; Username: string }[]> =>
        JSON.parse((await run(awsCommand(cli, 'cloudtrail', options), { environment: environmentOf(cli) })).stdout)
          .Events
      let events = await lookUp()
      // Records are found when they are sealed, a second or two later.
      for (let time = 0; events.length === 0 && time < 20; time++) {
        await Bun.sleep(500)
        events = await lookUp()
      }
      const [event] = events
      assertEqual(event?.Username, 'root', 'who it was')
      const record = JSON.parse(event?.CloudTrailEvent ?? '{}')
      const { eventSource, recipientAccountId, readOnly, userIdentity, userAgent } = record
      assertEqual(
        [eventSource, recipientAccountId, readOnly],
        ['sts.amazonaws.com', registry.account, true],
        'the record',
      )
      assertEqual(userIdentity.type, 'Root', 'the kind of caller')
      assertIncludes(userAgent, 'aws-cli/', 'the client')
    }),
    step('cloudtrail lookup-events pages through the trail, by attribute too', async () => {
      const lookUp = ['lookup-events', '--page-size', '2', '--max-items', '5']
      const attribute = 'AttributeKey=EventSource,AttributeValue=ecr.amazonaws.com'
      for (const filter of [[], ['--lookup-attributes', attribute], ['--start-time', '2026-01-01T00:00:00Z']]) {
        const command = awsCommand(cli, 'cloudtrail', [...lookUp, ...filter])
        const { stdout } = await run(command, { environment: environmentOf(cli) })
        const events: { CloudTrailEvent: string; EventId: string }[] = JSON.parse(stdout).Events
        for (const { CloudTrailEvent, EventId } of events) {
          assertEqual(JSON.parse(CloudTrailEvent).eventID, EventId, 'the id inside of the record')
        }
      }
      const unknown = awsCommand(cli, 'cloudtrail', ['describe-trails'])
      await runRefused(unknown, /UnknownOperationException/, { environment: environmentOf(cli) })
    }),
    step('a wrong secret is refused', async () => {
      const environment = { ...environmentOf(cli), AWS_SECRET_ACCESS_KEY: 'wrong' }
      const describe = awsCommand(cli, 'ecr', ['describe-repositories'])
      await runRefused(describe, /InvalidSignatureException|SignatureDoesNotMatch/, { environment })
    }),
    step('get-login-password logs in skopeo, podman and docker', async () => {
      const input = (await ecr(cli, ['get-login-password'])).stdout
      const clients = (['skopeo', 'podman', 'docker'] as const).filter((name) => findTool(name) !== undefined)
      if (clients.length === 0) throw new StepSkipped('neither skopeo nor podman nor docker is installed')
      for (const name of clients) {
        const insecure = name === 'docker' ? [] : ['--tls-verify=false']
        const login = [tool(name), 'login', ...insecure, '-u', 'AWS', '--password-stdin', registry.host]
        const { stdout } = await run(login, { environment: environmentOf(cli), input })
        assertIncludes(stdout, 'Login Succeeded', `${name} login`)
      }
    }),
  ]
}

function repositorySteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  const { repository } = cli
  const arn = `arn:aws:ecr:${registry.region}:${registry.account}:repository/${repository}`
  return [
    step('create-repository, and again, which is refused', async () => {
      const options = ['--image-tag-mutability', 'IMMUTABLE', '--tags', 'Key=team,Value=blue']
      const created = (await ecrJson(cli, 'create-repository', ...options)).repository
      assertEqual([created.repositoryName, created.repositoryArn], [repository, arn], 'the name and the ARN')
      assertIncludes(created.repositoryUri, `/${repository}`, 'the URI')
      const again = ['create-repository', '--repository-name', repository]
      await ecrRefused(cli, /RepositoryAlreadyExistsException/, ...again)
    }),
    step('describe-repositories, by name and page by page', async () => {
      const named = JSON.parse((await ecr(cli, ['describe-repositories', '--repository-names', repository])).stdout)
      assertEqual(named.repositories[0].imageTagMutability, 'IMMUTABLE', 'the mutability')
      await ecr(cli, ['create-repository', '--repository-name', `${repository}/second`])
      const { stdout } = await ecr(cli, ['describe-repositories', '--page-size', '1'])
      const names = JSON.parse(stdout).repositories.map((one: { repositoryName: string }) => one.repositoryName)
      const both = names.filter((name: string) => name.startsWith(repository))
      assertEqual(both, [repository, `${repository}/second`], 'the repositories over several pages')
    }),
    step('put-image-tag-mutability and put-image-scanning-configuration', async () => {
      const changed = await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'MUTABLE')
      assertEqual(changed.imageTagMutability, 'MUTABLE', 'the mutability')
      await ecrJson(cli, 'put-image-scanning-configuration', '--image-scanning-configuration', 'scanOnPush=true')
      const { stdout } = await ecr(cli, ['describe-repositories', '--repository-names', repository])
      assertEqual(JSON.parse(stdout).repositories[0].imageScanningConfiguration, { scanOnPush: true }, 'scanning')
    }),
    step('tag-resource, list-tags-for-resource, untag-resource', async () => {
      await ecr(cli, ['tag-resource', '--resource-arn', arn, '--tags', 'Key=stage,Value=test'])
      await ecr(cli, ['untag-resource', '--resource-arn', arn, '--tag-keys', 'team'])
      const { stdout } = await ecr(cli, ['list-tags-for-resource', '--resource-arn', arn])
      assertEqual(JSON.parse(stdout).tags, [{ Key: 'stage', Value: 'test' }], 'the tags')
    }),
  ]
}

function settingSteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  return [
    step('describe-registry names the account', async () => {
      const { stdout } = await ecr(cli, ['describe-registry'])
      assertEqual(JSON.parse(stdout).registryId, registry.account, 'the registry id')
    }),
    step('a repository creation template is created, updated, used by a push, deleted', async () => {
      await skipIfOld(cli)
      const prefix = ['--prefix', `made/${cli.program}`]
      const create = ['--applied-for', 'CREATE_ON_PUSH', '--image-tag-mutability', 'IMMUTABLE']
      await ecr(cli, ['create-repository-creation-template', ...prefix, ...create])
      const update = ['--description', 'for tests', '--resource-tags', 'Key=made,Value=by-template']
      await ecr(cli, ['update-repository-creation-template', ...prefix, ...update])
      await useTemplate(cli)
      await ecr(cli, ['delete-repository-creation-template', ...prefix])
      const { stdout } = await ecr(cli, ['describe-repository-creation-templates'])
      assertThat(!stdout.includes(`made/${cli.program}`), 'the template is still there')
    }),
    step('get-account-setting and put-account-setting', async () => {
      await skipIfOld(cli)
      const name = ['--name', 'BASIC_SCAN_TYPE_VERSION']
      await ecr(cli, ['put-account-setting', ...name, '--value', 'AWS_NATIVE'])
      const { stdout } = await ecr(cli, ['get-account-setting', ...name])
      assertEqual(JSON.parse(stdout).value, 'AWS_NATIVE', 'the setting')
    }),
  ]
}

/** Templates and account settings are of August 2024; Debian 12's version 2 is of 2022. */
async function skipIfOld(cli: Cli): Promise<void> {
  const { stdout } = await run([tool(cli.program), '--version'], { environment: environmentOf(cli) })
  const version = /^aws-cli\/(\S+)/.exec(stdout)?.[1] ?? '0.0.0'
  if (Bun.semver.satisfies(version, '>=1.34.0 <2 || >=2.18.0')) return
  throw new StepSkipped(`the CLI ${version} is older than these operations`)
}

/** A push to a repository that is not there makes it as the template says. */
async function useTemplate(cli: Cli): Promise<void> {
  const { registry, images } = cli.world
  const name = `made/${cli.program}/app`
  await pushImage(registry, name, { layout: images.layout, root: images.arm64, tag: 'arm64' })
  const { stdout } = await ecr(cli, ['describe-repositories', '--repository-names', name])
  assertEqual(JSON.parse(stdout).repositories[0].imageTagMutability, 'IMMUTABLE', 'what the template gave')
}

function deleteSteps(cli: Cli): readonly Step[] {
  const { registry, images } = cli.world
  const { repository } = cli
  return [
    step('delete-repository spares one with images, until it is forced', async () => {
      await pushImage(registry, repository, { layout: images.layout, root: images.arm64, tag: 'arm64' })
      const gone = ['delete-repository', '--repository-name', repository] as const
      await ecrRefused(cli, /RepositoryNotEmptyException/, ...gone)
      await ecrJson(cli, 'delete-repository', '--force')
      const describe = ['describe-repositories', '--repository-names', repository]
      await ecrRefused(cli, /RepositoryNotFoundException/, ...describe)
      await ecr(cli, ['describe-repositories', '--repository-names', `${repository}/second`])
    }),
  ]
}
