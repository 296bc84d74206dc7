import type { Fields } from '../../core/ecr/fields.ts'
import { isRepositoryName, type RepositoryName } from '../../core/repository-name.ts'

/**
 * `resourceArn`, which must be a repository's. The account is returned as it is: whether the caller may act there is for
 * authorization to say.
 *
 * @param region the one that the ARN must name, where that is known already
 */
export function parseRepositoryArn(
  fields: Fields<'resourceArn'>,
  region?: string,
): { accountId: string; name: RepositoryName } {
  const arn = fields.requiredText('resourceArn', { max: 2048 })
  const [, named, accountId, name] = /^arn:aws:ecr:([a-z0-9-]+):(\d{12}):repository\/(.+)$/.exec(arn) ?? []
  const isElsewhere = region !== undefined && named !== region
  if (isElsewhere || accountId === undefined || name === undefined || !isRepositoryName(name)) {
    throw fields.invalid('resourceArn', 'Invalid ARN')
  }
  return { accountId, name }
}
