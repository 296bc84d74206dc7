/** A managed policy that every account has and nobody can change. */
export interface AwsManagedPolicy {
  /** The same in every installation, in the form of AWS's. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly text: string
}

/** The account that ARNs of these policies name. */
export const AWS_ACCOUNT = 'aws'
/** The only version that any of them has. */
export const AWS_POLICY_VERSION = 'v1'

const PULL = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']
const READ = [
  ...PULL,
  'ecr:BatchCheckLayerAvailability',
  'ecr:DescribeImageScanFindings',
  'ecr:DescribeImages',
  'ecr:DescribeRepositories',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:GetRepositoryPolicy',
  'ecr:ListImages',
  'ecr:ListTagsForResource',
]
const PUSH = ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart']

/**
 * What ECR's guide tells its users to attach (ecr.md 5.3, "Managed policies"), and the two for administrators, as far
 * as their actions are of services that are here.
 */
export const AWS_MANAGED_POLICIES: readonly AwsManagedPolicy[] = [
  policy('AdministratorAccess', 'ANPALADING0ADMINISTRA', {
    description: 'Provides full access to everything in the account.',
    actions: '*',
  }),
  policy('AmazonEC2ContainerRegistryFullAccess', 'ANPALADING0ECRFULLACC', {
    description: 'Provides administrative access to the registry.',
    actions: 'ecr:*',
  }),
  policy('AmazonEC2ContainerRegistryPowerUser', 'ANPALADING0ECRPOWERUS', {
    description: 'Provides pull and push access to every repository, and lets nothing be deleted.',
    actions: [...READ, ...PUSH],
  }),
  policy('AmazonEC2ContainerRegistryPullOnly', 'ANPALADING0ECRPULLONL', {
    description: 'Provides access to pull images from every repository.',
    actions: [...PULL, 'ecr:BatchImportUpstreamImage'],
  }),
  policy('AmazonEC2ContainerRegistryReadOnly', 'ANPALADING0ECRREADONL', {
    description: 'Provides read-only access to every repository.',
    actions: READ,
  }),
  policy('IAMFullAccess', 'ANPALADING0IAMFULLACC', {
    description: 'Provides full access to users, groups, roles and policies.',
    actions: 'iam:*',
  }),
]

function policy(
  name: string,
  id: string,
  { description, actions }: { description: string; actions: string | readonly string[] },
): AwsManagedPolicy {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  return { id, name, description, text }
}
