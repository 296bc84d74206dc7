import { allRepositoriesArn, type RegistryPlace, repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { Scope } from '../../core/settings/scope.ts'

/** What permissions on a scope's settings are asked about. The installation's are the operator's. */
export function scopeArn(registry: RegistryPlace, scope: Scope): string {
  switch (scope.kind) {
    case 'installation':
      return `arn:aws:lading:${registry.region}:${registry.accountId}:installation`
    case 'registry':
      return '*'
    case 'namespace':
      return repositoryArn(registry, `${scope.path}*`)
    case 'repository':
      return repositoryArn(registry, scope.name)
  }
}

/** The repositories that a scope's policy is about, as one ARN. */
export function repositoriesArn(registry: RegistryPlace, scope: Scope): string {
  return scope.kind === 'namespace' || scope.kind === 'repository'
    ? scopeArn(registry, scope)
    : allRepositoriesArn(registry)
}
