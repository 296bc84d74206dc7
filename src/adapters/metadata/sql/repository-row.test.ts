import { expect, test } from 'bun:test'
import { newRepository } from '../../../../test/contracts/metadata-store-fixture.ts'
import type { NewRepository } from '../../../ports/metadata/repositories.ts'
import { fromRepository, type RepositoryRow, toRepository } from './repository-row.ts'

const REGISTRY = { id: 1, accountId: '000000000000', region: 'us-east-1' }

function rowOf(change: Partial<NewRepository>): RepositoryRow {
  const row = fromRepository(newRepository(REGISTRY, 'team/app', change))
  return {
    id: 7,
    registry_id: row.registryId,
    name: row.name,
    created_at_ms: row.createdAtMs,
    mutability_mode: row.mutabilityMode,
    mutability_filters: row.mutabilityFilters,
    scan_on_push: row.scanOnPush,
    encryption_type: row.encryptionType,
    encryption_key: row.encryptionKey,
    policy_revision: row.policyRevision,
    lock_count: 0,
  }
}

test('what nobody has chosen is stored as null, and read as not chosen', () => {
  const row = rowOf({ tagMutability: undefined, scanOnPush: undefined })
  expect(row).toMatchObject({ mutability_mode: null, mutability_filters: null, scan_on_push: null })
  const { tagMutability, scanOnPush } = toRepository(row)
  expect([tagMutability, scanOnPush]).toEqual([undefined, undefined])
})

test('the default that somebody has chosen is stored as chosen', () => {
  const row = rowOf({ tagMutability: { mode: 'MUTABLE', exclusionFilters: [] }, scanOnPush: false })
  expect(row).toMatchObject({ mutability_mode: 'MUTABLE', mutability_filters: '[]', scan_on_push: 0 })
})
