import type { Fields } from '../../core/ecr/fields.ts'
import { isRepositoryName, type RepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'

/**
 * `resourceArn`, which must be a repository's in this region. The account is returned as it is: whether the caller
 * may act there is for authorization to say.
 */
export function parseRepositoryArn(
  fields: Fields<'resourceArn'>,
  registry: Registry,
): { arn: string; name: RepositoryName } {
  const arn = fields.requiredText('resourceArn', { max: 2048 })
  const [, region, name] = /^arn:aws:ecr:([a-z0-9-]+):\d{12}:repository\/(.+)$/.exec(arn) ?? []
  if (region !== registry.region || name === undefined || !isRepositoryName(name)) {
    throw fields.invalid('resourceArn', 'Invalid ARN')
  }
  return { arn, name }
}
