import type { Selectable } from 'kysely'
import type { NewRepository, Repository } from '../../../ports/metadata-store.ts'
import type { Schema } from './schema.ts'

export const REPOSITORY_COLUMNS = [
  'repositories.id',
  'repositories.registry_id',
  'repositories.name',
  'repositories.created_at_ms',
  'repositories.mutability_mode',
  'repositories.mutability_filters',
  'repositories.scan_on_push',
  'repositories.encryption_type',
  'repositories.encryption_key',
  'repositories.policy_text',
  'repositories.lifecycle_policy_text',
] as const

export type RepositoryRow = Selectable<Schema['repositories']>

export function toRepository(row: RepositoryRow): Repository {
  return {
    id: row.id,
    registryId: row.registry_id,
    name: row.name,
    createdAtMs: row.created_at_ms,
    tagMutability: { mode: row.mutability_mode, exclusionFilters: parseFilters(row.mutability_filters) },
    scanOnPush: row.scan_on_push !== 0,
    encryption: {
      type: row.encryption_type,
      ...(row.encryption_key === null ? {} : { kmsKey: row.encryption_key }),
    },
    ...(row.policy_text === null ? {} : { repositoryPolicyText: row.policy_text }),
    ...(row.lifecycle_policy_text === null ? {} : { lifecyclePolicyText: row.lifecycle_policy_text }),
  }
}

const NO_FILTERS: readonly string[] = []

/** Nearly every repository has none, and every request reads one: no JSON to parse then. */
function parseFilters(text: string): readonly string[] {
  return text === '[]' ? NO_FILTERS : JSON.parse(text)
}

export function fromRepository(repository: NewRepository) {
  return {
    registryId: repository.registryId,
    name: repository.name,
    createdAtMs: repository.createdAtMs,
    mutabilityMode: repository.tagMutability.mode,
    mutabilityFilters: JSON.stringify(repository.tagMutability.exclusionFilters),
    scanOnPush: repository.scanOnPush ? 1 : 0,
    encryptionType: repository.encryption.type,
    encryptionKey: repository.encryption.kmsKey ?? null,
    policyText: repository.repositoryPolicyText ?? null,
    lifecyclePolicyText: repository.lifecyclePolicyText ?? null,
  }
}
