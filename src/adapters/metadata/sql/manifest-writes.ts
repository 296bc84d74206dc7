import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import type { Tag } from '../../../core/tag.ts'
import type { ManifestChanges, NewManifest } from '../../../ports/metadata/manifests.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import { addBlobCandidates, addCandidate, dropCandidate } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { dropContentsIfUnused, putContent } from './manifest-contents.ts'
import { deleteManifestEdges, insertEdges } from './manifest-edges.ts'
import { fromManifest } from './manifest-row.ts'
import { type Parts, statement } from './statement.ts'
import { fromChange } from './tags.ts'

type Key = { repositoryId: number; digest: Digest }
type Pull = Parameters<MetadataTransaction['recordPulls']>[0][number]

const insertManifest = statement(({ db, p }: Parts<ReturnType<typeof fromManifest>>) =>
  db
    .insertInto('manifests')
    .values({
      repository_id: p.repositoryId,
      digest: p.digest,
      media_type: p.mediaType,
      artifact_type: p.artifactType,
      config_media_type: p.configMediaType,
      subject: p.subject,
      size_bytes: p.sizeBytes,
      image_size_bytes: p.imageSizeBytes,
      annotations: p.annotations,
      pushed_at_ms: p.pushedAtMs,
      last_pulled_at_ms: null,
      deleted_at_ms: null,
      tag_count: 0,
    })
    .onConflict((conflict) => conflict.columns(['repository_id', 'digest']).doNothing()),
)

const lockManifest = statement(({ db, p, dialect }: Parts<Key>) =>
  db
    .selectFrom('manifests')
    .select(['deleted_at_ms', 'storage_class', 'deleted_by_plan'])
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .modifyEnd(dialect.lock('update')),
)

/** As if it were new: nothing is left of what it was before. */
const reviveManifest = statement(({ db, p }: Parts<Key & { pushedAtMs: number; imageSizeBytes: number }>) =>
  db
    .updateTable('manifests')
    .set({
      deleted_at_ms: null,
      deleted_by_plan: null,
      pushed_at_ms: p.pushedAtMs,
      image_size_bytes: p.imageSizeBytes,
      storage_class: 'standard',
      archived_at_ms: null,
      restored_at_ms: null,
      untagged_at_ms: null,
    })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest),
)

const restoreManifest = statement(({ db, p }: Parts<Key>) =>
  db
    .updateTable('manifests')
    .set({ deleted_at_ms: null, deleted_by_plan: null })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest),
)

const setStorageClass = statement(
  ({ db, p }: Parts<Key & { storageClass: StorageClass; archivedAtMs: number | null; restoredAtMs: number | null }>) =>
    db
      .updateTable('manifests')
      .set({ storage_class: p.storageClass, archived_at_ms: p.archivedAtMs, restored_at_ms: p.restoredAtMs })
      .where('repository_id', '=', p.repositoryId)
      .where('digest', '=', p.digest)
      .where('deleted_at_ms', 'is', null),
)

const takeOutOfArchive = statement(({ db, p }: Parts<Key & { atMs: number }>) =>
  db
    .updateTable('manifests')
    .set({ storage_class: 'standard', restored_at_ms: p.atMs })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest),
)

/** One that has tags loses them now, and one that comes back without them is as old, untagged, as this. */
const hideManifest = statement(({ db, p }: Parts<Key & { atMs: number; planId: string | null }>) =>
  db
    .updateTable('manifests')
    .set({
      deleted_at_ms: p.atMs,
      tag_count: 0,
      untagged_at_ms: sql<
        number | null
      >`case when tag_count > 0 then cast(${p.atMs} as bigint) else untagged_at_ms end`,
      deleted_by_plan: p.planId,
    })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('deleted_at_ms', 'is', null),
)

const closeTags = statement(({ db, p }: Parts<Key & ReturnType<typeof fromChange>>) =>
  db
    .updateTable('tags')
    .set({ until_ms: p.atMs, until_by: p.by, until_cause: p.cause, until_plan: p.planId })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('until_ms', 'is', null)
    .returning('tag'),
)

const deleteRow = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('manifests').where('repository_id', '=', p.repositoryId).where('digest', '=', p.digest),
)

const recordPulls = statement(({ db, p, dialect }: Parts<{ pulls: string }>) =>
  db
    .updateTable('manifests')
    .from(dialect.rows<Pull>(p.pulls, { repositoryId: 'integer', digest: 'text', atMs: 'integer' }).as('pulled'))
    .set((eb) => ({ last_pulled_at_ms: eb.ref('pulled.atMs') }))
    .whereRef('manifests.repository_id', '=', 'pulled.repositoryId')
    .whereRef('manifests.digest', '=', 'pulled.digest')
    .where(sql<boolean>`coalesce(manifests.last_pulled_at_ms, 0) < ${sql.ref('pulled.atMs')}`),
)

export function manifestWrites(connection: SqlConnection): ManifestChanges {
  return {
    putManifest: (repositoryId, manifest) => putManifest(connection, repositoryId, manifest),
    deleteManifest: (repositoryId, digest, { purgeDueAtMs, ...change }) =>
      deleteManifest(connection, { repositoryId, digest, ...fromChange(change) }, purgeDueAtMs),
    restoreManifest: (repositoryId, digest, planId) => restore(connection, { repositoryId, digest }, planId),
    async setStorageClass(repositoryId, digest, { storageClass, archivedAtMs, restoredAtMs }) {
      const times = { archivedAtMs: archivedAtMs ?? null, restoredAtMs: restoredAtMs ?? null }
      await connection.run(setStorageClass, { repositoryId, digest, storageClass, ...times })
    },
    purgeManifest: (repositoryId, digest, blobsDueAtMs) =>
      purgeManifest(connection, { repositoryId, digest }, blobsDueAtMs),
    async recordPulls(pulls) {
      if (pulls.length > 0) await connection.run(recordPulls, { pulls: JSON.stringify(latestPulls(pulls)) })
    },
  }
}

async function putManifest(
  connection: SqlConnection,
  repositoryId: number,
  manifest: NewManifest,
): Promise<'created' | 'restored' | 'existing'> {
  const { digest, pushedAtMs, imageSizeBytes } = manifest
  await putContent(connection, digest, manifest.content)
  const inserted = await connection.run(insertManifest, fromManifest(repositoryId, manifest))
  if (inserted === 0) {
    const existing = await connection.first(lockManifest, { repositoryId, digest })
    // Purged by another transaction between the two statements.
    if (existing === undefined) return await putManifest(connection, repositoryId, manifest)
    if (existing.deleted_at_ms === null) {
      if (existing.storage_class === 'standard') return 'existing'
      await connection.run(takeOutOfArchive, { repositoryId, digest, atMs: pushedAtMs })
      return 'restored'
    }
    await connection.run(reviveManifest, { repositoryId, digest, pushedAtMs, imageSizeBytes })
    await dropCandidate(connection, { kind: 'manifest', repositoryId, digest })
  }
  await insertEdges(connection, repositoryId, manifest)
  return 'created'
}

async function deleteManifest(
  connection: SqlConnection,
  deletion: Key & ReturnType<typeof fromChange>,
  purgeDueAtMs: number,
): Promise<Tag[]> {
  const { repositoryId, digest } = deletion
  if ((await connection.run(hideManifest, deletion)) === 0) return []
  const tags = await connection.all(closeTags, deletion)
  await addCandidate(connection, { kind: 'manifest', repositoryId, digest, dueAtMs: purgeDueAtMs })
  return tags.map(({ tag }) => tag).sort()
}

async function restore(connection: SqlConnection, key: Key, planId: string): Promise<'restored' | 'live' | 'gone'> {
  const row = await connection.first(lockManifest, key)
  if (row === undefined) return 'gone'
  if (row.deleted_at_ms === null) return 'live'
  if (row.deleted_by_plan !== planId) return 'gone'
  await connection.run(restoreManifest, key)
  await dropCandidate(connection, { kind: 'manifest', ...key })
  return 'restored'
}

async function purgeManifest(connection: SqlConnection, key: Key, blobsDueAtMs: number): Promise<'purged' | 'kept'> {
  const { repositoryId, digest } = key
  const row = await connection.first(lockManifest, key)
  if (row === undefined || row.deleted_at_ms === null) return 'kept'
  await addBlobCandidates(connection, { repositoryId, manifest: digest, dueAtMs: blobsDueAtMs })
  await deleteManifestEdges(connection, repositoryId, digest)
  await connection.run(deleteRow, key)
  await dropCandidate(connection, { kind: 'manifest', repositoryId, digest })
  await dropContentsIfUnused(connection, [digest])
  return 'purged'
}

/** One row per manifest, as an update joins each to one, in a fixed order, as two processes may do this at once. */
function latestPulls(pulls: readonly Pull[]): Pull[] {
  const latest = new Map<string, Pull>()
  for (const pull of pulls) {
    const key = `${pull.repositoryId}/${pull.digest}`
    const known = latest.get(key)
    if (known === undefined || known.atMs < pull.atMs) latest.set(key, pull)
  }
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pull]) => pull)
}
