import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Read } from '../../services/audit/summed-reads.ts'
import { repositoryArn } from '../../services/authorize.ts'
import type { OciRequest } from './registry-call.ts'

/** Notes for the audit trail what goes out of a repository. */
export function noteRead(
  { services, caller }: OciRequest,
  repository: Repository,
  read: Pick<Read, 'operation' | 'digest' | 'tag' | 'bytes'>,
): void {
  const { principal, registry, requestId, origin } = caller
  const { accountId, region } = registry
  const place = { accountId, region, repositoryArn: repositoryArn(registry, repository.name) }
  services.audit.noteRead({ ...read, ...place, principal, requestId, origin })
}
