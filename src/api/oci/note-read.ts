import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Read } from '../../services/audit/summed-reads.ts'
import type { OciRequest } from './registry-call.ts'

/** Notes for the audit trail what goes out of a repository. Every pull does, so it copies nothing. */
export function noteRead(
  { services, caller }: OciRequest,
  repository: Repository,
  { operation, digest, tag, bytes }: Pick<Read, 'operation' | 'digest' | 'tag' | 'bytes'>,
): void {
  services.audit.noteRead({ operation, caller, repository, digest, tag, bytes })
}
