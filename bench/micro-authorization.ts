import { repositoryArn } from '../src/core/ecr/repository-arn.ts'
import { parseRepositoryName } from '../src/core/repository-name.ts'
import { authenticateBasic } from '../src/services/authenticate-basic.ts'
import { authorize } from '../src/services/authorize.ts'
import { Directory } from '../src/services/identity/directory.ts'
import { issueToken } from '../src/services/token.ts'
import { basic, makeAccount, makeUser, policy } from '../test/support/accounts.ts'
import { createRepository, openTestRegistry } from '../test/support/test-registry.ts'
import type { MicroCall } from './micro.ts'

const OTHER = '222222222222'
const ORIGIN = { clientAddress: '10.0.0.7', secure: true, userAgent: 'containerd/1.7.29' }
const READS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability']

/**
 * The budgets of DESIGN.md: a cross-account pull decided by identity policies, a boundary, a repository policy and a
 * registry policy with variables and conditions; and all that stands between a blob GET and its bytes.
 */
export async function authorizationCalls(): Promise<{ calls: MicroCall[] } & AsyncDisposable> {
  const opened = await openTestRegistry()
  const { metadata, defaultRegistry } = opened.services
  // Its clock stands still, as no job asks for news of other processes here.
  const directory = new Directory({ metadata, region: defaultRegistry.region, monotonicMs: () => 0 })
  const services = { ...opened.services, directory }
  const registry = { ...opened, services }
  const name = parseRepositoryName('team-blue/api')
  await createRepository(registry, name)
  await makeAccount(registry, OTHER)
  const boundaryArn = await makeBoundary(registry)
  const { key } = await makeUser(registry, 'puller', {
    accountId: OTHER,
    boundaryArn,
    tags: [{ key: 'team', value: 'team-blue' }],
    policies: IDENTITY_POLICIES,
  })
  await setPolicies(registry, name)
  const caller = async () => {
    const principal = await authenticateBasic(services, pull(basic(key.accessKeyId, key.secret)), ORIGIN)
    return { principal, registry: services.defaultRegistry, requestId: 'bench', origin: ORIGIN }
  }
  const known = await caller()
  const header = basic('AWS', issueToken(services, known.principal).token)
  const resource = repositoryArn(services.defaultRegistry, name)
  const access = { action: 'ecr:GetDownloadUrlForLayer', resource } as const
  const repository = await services.metadata.findRepository(services.defaultRegistry.id, name)
  const calls: MicroCall[] = [
    {
      name: 'authorize, cross-account pull, four kinds of policies',
      call: () => authorize(services, known, { ...access, repository }),
    },
    {
      name: 'blob GET: login, repository, decision',
      call: async () => {
        const principal = await authenticateBasic(services, pull(header), ORIGIN)
        const found = await services.metadata.findRepository(services.defaultRegistry.id, name)
        await authorize(services, { ...known, principal }, { ...access, repository: found })
      },
    },
  ]
  for (const { call } of calls) await call()
  return { calls, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

const pull = (header: string) => ({ header, service: 'ecr' })

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy's
const OF_TEAM = 'arn:aws:ecr:*:000000000000:repository/${aws:PrincipalTag/team}/*'

const IDENTITY_POLICIES = [
  policy(
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    { Effect: 'Allow', Action: READS, Resource: OF_TEAM },
  ),
  policy(
    { Effect: 'Deny', Action: 'ecr:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/ci-*' },
  ),
  policy(
    { Effect: 'Allow', Action: 'ecr:Describe*', Resource: '*' },
    { Effect: 'Deny', Action: 'ecr:Delete*', Resource: '*' },
  ),
]

type Registry = Awaited<ReturnType<typeof openTestRegistry>>

async function makeBoundary({ services }: Registry): Promise<string> {
  const text = policy({ Effect: 'Allow', Action: ['ecr:*', 'sts:*'], Resource: '*' })
  await services.metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities(OTHER)).insert({
      kind: 'policy',
      id: 'ANPABOUNDARY',
      name: 'boundary',
      path: '/',
      createdAtMs: 0,
      updatedAtMs: 0,
      tags: [],
      description: '',
      defaultVersion: 'v1',
      versions: [{ id: 'v1', text, createdAtMs: 0 }],
      versionsMade: 1,
    })
  })
  return `arn:aws:iam::${OTHER}:policy/boundary`
}

async function setPolicies({ services }: Registry, name: ReturnType<typeof parseRepositoryName>): Promise<void> {
  const { metadata, defaultRegistry } = services
  const { id } = (await metadata.findRepository(defaultRegistry.id, name)) ?? { id: 0 }
  const repositoryPolicy = policy(
    { Effect: 'Deny', Principal: '*', Action: 'ecr:BatchDeleteImage' },
    { Effect: 'Allow', Principal: { AWS: '333333333333' }, Action: 'ecr:*' },
    {
      Effect: 'Allow',
      Principal: { AWS: OTHER },
      Action: READS,
      Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
    },
  )
  const registryPolicy = policy(
    { Effect: 'Allow', Principal: { AWS: '444444444444' }, Action: 'ecr:*', Resource: '*' },
    { Effect: 'Deny', Principal: '*', Action: 'ecr:CreateRepository', Resource: '*' },
  )
  await metadata.transact(async (transaction) => {
    await transaction.putRegistryPolicy(defaultRegistry.id, registryPolicy)
    await transaction.lockRepository(id, 'exclusive')
    await transaction.putRepositoryPolicy(id, repositoryPolicy)
  })
}
