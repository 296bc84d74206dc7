import { sql } from 'kysely'
import type { RepositoryName } from '../../../core/repository-name.ts'
import type { TagMutabilityMode } from '../../../core/tag-mutability.ts'
import type { RepositoryChange, RepositoryChanges, RepositoryReads } from '../../../ports/metadata/repositories.ts'
import type { SqlConnection } from './connection.ts'
import {
  fromRepository,
  POLICY_TEXT_COLUMNS,
  REPOSITORY_COLUMNS,
  toPolicyTexts,
  toRepository,
} from './repository-row.ts'
import { type Parts, statement } from './statement.ts'

const findRepository = statement(({ db, p }: Parts<{ registryId: number; name: RepositoryName }>) =>
  db
    .selectFrom('repositories')
    .select(REPOSITORY_COLUMNS)
    .where('registry_id', '=', p.registryId)
    .where('name', '=', p.name)
    .where('deleted_at_ms', 'is', null),
)

type RepositoryPage = { registryId: number; after: RepositoryName; limit: number }

function repositoryPage({ db, p }: Parts<RepositoryPage>) {
  return db
    .selectFrom('repositories')
    .where('registry_id', '=', p.registryId)
    .where('name', '>', p.after)
    .where('deleted_at_ms', 'is', null)
    .orderBy('name')
    .limit(p.limit)
}

export const listRepositories = statement((parts: Parts<RepositoryPage>) =>
  repositoryPage(parts).select(REPOSITORY_COLUMNS),
)
export const listRepositoryNames = statement((parts: Parts<RepositoryPage>) => repositoryPage(parts).select('name'))

const readPolicyTexts = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('repositories').select(POLICY_TEXT_COLUMNS).where('id', '=', p.repositoryId),
)

const readPolicy = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('repositories').select('policy_text as text').where('id', '=', p.repositoryId),
)

const listResourceTags = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('resource_tags').select(['key', 'value']).where('repository_id', '=', p.repositoryId).orderBy('key'),
)

const insertRepository = statement(({ db, p }: Parts<ReturnType<typeof fromRepository>>) =>
  db
    .insertInto('repositories')
    .values({
      registry_id: p.registryId,
      name: p.name,
      created_at_ms: p.createdAtMs,
      mutability_mode: p.mutabilityMode,
      mutability_filters: p.mutabilityFilters,
      scan_on_push: p.scanOnPush,
      encryption_type: p.encryptionType,
      encryption_key: p.encryptionKey,
      policy_text: p.policyText,
      lifecycle_policy_text: p.lifecyclePolicyText,
      deleted_at_ms: null,
      is_purging: 0,
      policy_revision: p.policyRevision,
      policy_revisions_made: p.policyRevisionsMade,
    })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).where('deleted_at_ms', 'is', null).doNothing())
    .returning(REPOSITORY_COLUMNS),
)

const setMutability = statement(
  ({ db, p }: Parts<{ repositoryId: number; mode: TagMutabilityMode | null; filters: string | null }>) =>
    db
      .updateTable('repositories')
      .set({ mutability_mode: p.mode, mutability_filters: p.filters })
      .where('id', '=', p.repositoryId),
)

const setScanOnPush = statement(({ db, p }: Parts<{ repositoryId: number; scanOnPush: number | null }>) =>
  db.updateTable('repositories').set({ scan_on_push: p.scanOnPush }).where('id', '=', p.repositoryId),
)

const putPolicy = statement(({ db, p }: Parts<{ repositoryId: number; text: string }>) =>
  db
    .updateTable('repositories')
    .set((eb) => ({
      policy_text: p.text,
      policy_revision: eb('policy_revisions_made', '+', 1),
      policy_revisions_made: eb('policy_revisions_made', '+', 1),
    }))
    .where('id', '=', p.repositoryId),
)

const deletePolicy = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.updateTable('repositories').set({ policy_text: null, policy_revision: null }).where('id', '=', p.repositoryId),
)

const putResourceTag = statement(({ db, p }: Parts<{ repositoryId: number; key: string; value: string }>) =>
  db
    .insertInto('resource_tags')
    .values({ repository_id: p.repositoryId, key: p.key, value: p.value })
    .onConflict((conflict) => conflict.columns(['repository_id', 'key']).doUpdateSet({ value: p.value })),
)

const deleteResourceTags = statement(({ db, p, dialect }: Parts<{ repositoryId: number; keys: string }>) =>
  db
    .deleteFrom('resource_tags')
    .where('repository_id', '=', p.repositoryId)
    .where(sql<boolean>`${sql.ref('key')} in ${dialect.textList(p.keys)}`),
)

export function repositoryReads(connection: SqlConnection): RepositoryReads {
  return {
    async findRepository(registryId, name) {
      const row = await connection.first(findRepository, { registryId, name })
      return row && toRepository(row)
    },
    async listRepositories(registryId, { after, limit }) {
      // A page may start after any text, such as a name that does not parse.
      const from = (after ?? '') as RepositoryName
      const rows = await connection.all(listRepositories, { registryId, after: from, limit })
      return rows.map(toRepository)
    },
    async listRepositoryNames(registryId, { after, limit }) {
      const from = (after ?? '') as RepositoryName
      const rows = await connection.all(listRepositoryNames, { registryId, after: from, limit })
      return rows.map(({ name }) => name)
    },
    async readPolicyTexts(repositoryId) {
      const row = await connection.first(readPolicyTexts, { repositoryId })
      return row === undefined ? {} : toPolicyTexts(row)
    },
    async readRepositoryPolicy(repositoryId) {
      return (await connection.first(readPolicy, { repositoryId }))?.text ?? undefined
    },
    listResourceTags: (repositoryId) => connection.all(listResourceTags, { repositoryId }),
  }
}

export function repositoryWrites(connection: SqlConnection): RepositoryChanges {
  return {
    async insertRepository(repository) {
      const row = await connection.first(insertRepository, fromRepository(repository))
      return row && toRepository(row)
    },
    updateRepository: (repositoryId, change) => updateRepository(connection, repositoryId, change),
    async putRepositoryPolicy(repositoryId, text) {
      await connection.run(putPolicy, { repositoryId, text })
    },
    async deleteRepositoryPolicy(repositoryId) {
      await connection.run(deletePolicy, { repositoryId })
    },
    async putResourceTags(repositoryId, tags) {
      for (const { key, value } of tags) await connection.run(putResourceTag, { repositoryId, key, value })
    },
    async deleteResourceTags(repositoryId, keys) {
      await connection.run(deleteResourceTags, { repositoryId, keys: JSON.stringify(keys) })
    },
  }
}

async function updateRepository(connection: SqlConnection, repositoryId: number, change: RepositoryChange) {
  const { tagMutability, scanOnPush } = change
  if (tagMutability !== undefined) {
    const filters = tagMutability === null ? null : JSON.stringify(tagMutability.exclusionFilters)
    await connection.run(setMutability, { repositoryId, mode: tagMutability?.mode ?? null, filters })
  }
  if (scanOnPush === undefined) return
  await connection.run(setScanOnPush, { repositoryId, scanOnPush: scanOnPush === null ? null : Number(scanOnPush) })
}
