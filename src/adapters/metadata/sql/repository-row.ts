import type { Selectable } from 'kysely'
import type { TagMutability } from '../../../core/tag-mutability.ts'
import type { NewRepository, PolicyTexts, Repository } from '../../../ports/metadata/repositories.ts'
import type { StoredRepository } from '../../../ports/metadata/repository-deletion.ts'
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
  'repositories.policy_revision',
  'repositories.lock_count',
] as const

export const POLICY_TEXT_COLUMNS = ['repositories.policy_text', 'repositories.lifecycle_policy_text'] as const

/** With what only those want who look at deleted ones too. */
export const STORED_REPOSITORY_COLUMNS = [
  ...REPOSITORY_COLUMNS,
  'repositories.deleted_at_ms',
  'repositories.is_purging',
] as const

type Row = Selectable<Schema['repositories']>
type PolicyTextRow = Pick<Row, 'policy_text' | 'lifecycle_policy_text'>
type StoredRepositoryRow = Omit<
  Row,
  keyof PolicyTextRow | 'policy_revisions_made' | 'lifecycle_evaluated_at_ms' | 'lifecycle_revision'
>
export type RepositoryRow = Omit<StoredRepositoryRow, 'deleted_at_ms' | 'is_purging'>

export function toStoredRepository(row: StoredRepositoryRow): StoredRepository {
  return { ...toRepository(row), deletedAtMs: row.deleted_at_ms ?? undefined, isPurging: row.is_purging !== 0 }
}

export function toRepository(row: RepositoryRow): Repository {
  return {
    id: row.id,
    registryId: row.registry_id,
    name: row.name,
    createdAtMs: row.created_at_ms,
    tagMutability: toTagMutability(row),
    scanOnPush: row.scan_on_push === null ? undefined : row.scan_on_push !== 0,
    encryption: {
      type: row.encryption_type,
      ...(row.encryption_key === null ? {} : { kmsKey: row.encryption_key }),
    },
    policyRevision: row.policy_revision ?? undefined,
    hasLocks: row.lock_count > 0,
  }
}

export function toPolicyTexts(row: PolicyTextRow): PolicyTexts {
  return {
    ...(row.policy_text === null ? {} : { repositoryPolicyText: row.policy_text }),
    ...(row.lifecycle_policy_text === null ? {} : { lifecyclePolicyText: row.lifecycle_policy_text }),
  }
}

function toTagMutability(row: RepositoryRow): TagMutability | undefined {
  const { mutability_mode: mode, mutability_filters: filters } = row
  return mode === null ? undefined : { mode, exclusionFilters: parseFilters(filters) }
}

const NO_FILTERS: readonly string[] = []

/** Nearly every repository has none, and every request reads one: no JSON to parse then. */
function parseFilters(text: string | null): readonly string[] {
  return text === null || text === '[]' ? NO_FILTERS : JSON.parse(text)
}

export function fromRepository(repository: NewRepository) {
  return {
    registryId: repository.registryId,
    name: repository.name,
    createdAtMs: repository.createdAtMs,
    ...fromTagMutability(repository.tagMutability),
    scanOnPush: repository.scanOnPush === undefined ? null : Number(repository.scanOnPush),
    encryptionType: repository.encryption.type,
    encryptionKey: repository.encryption.kmsKey ?? null,
    policyText: repository.repositoryPolicyText ?? null,
    policyRevision: repository.repositoryPolicyText === undefined ? null : 1,
    policyRevisionsMade: repository.repositoryPolicyText === undefined ? 0 : 1,
    lifecyclePolicyText: repository.lifecyclePolicyText ?? null,
  }
}

function fromTagMutability(mutability: TagMutability | undefined) {
  if (mutability === undefined) return { mutabilityMode: null, mutabilityFilters: null }
  return { mutabilityMode: mutability.mode, mutabilityFilters: JSON.stringify(mutability.exclusionFilters) }
}
