/** Where a repository is, as ARNs have it. */
export interface RegistryPlace {
  readonly accountId: string
  readonly region: string
}

export function repositoryArn({ region, accountId }: RegistryPlace, repositoryName: string): string {
  return `arn:aws:ecr:${region}:${accountId}:repository/${repositoryName}`
}

/**
 * What a list of a registry's repositories is asked about: AWS decides DescribeRepositories on the resource type
 * `repository`, so without names it is this and not `*` (ecr.md 5.2).
 */
export function allRepositoriesArn(registry: RegistryPlace): string {
  return repositoryArn(registry, '*')
}

const MARK = ':repository/'

/** What stands for the name in the ARN of a repository, a star included; undefined for other ARNs. */
export function repositoryOfArn(arn: string): string | undefined {
  const at = arn.startsWith('arn:aws:ecr:') ? arn.indexOf(MARK) : -1
  return at === -1 ? undefined : arn.slice(at + MARK.length)
}
