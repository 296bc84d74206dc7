import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { BlobChanges, BlobRecord } from '../../../ports/metadata/blobs.ts'
import { BLOB_COLUMNS, toBlob } from './blobs.ts'
import { addCandidate } from './candidates.ts'
import type { SqlConnection } from './connection.ts'
import { insertRemoval } from './removals.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; digest: Digest }
type NewBlob = {
  digest: Digest
  sizeBytes: number
  location: BlobLocation
  state: BlobRecord['state']
  leaseUntilMs: number
  verifiedAtMs: number | null
}

const insertBlob = statement(({ db, p }: Parts<NewBlob>) =>
  db
    .insertInto('blobs')
    .values({
      digest: p.digest,
      size_bytes: p.sizeBytes,
      location: p.location,
      state: p.state,
      lease_until_ms: p.leaseUntilMs,
      verified_at_ms: p.verifiedAtMs,
    })
    .onConflict((conflict) => conflict.doNothing()),
)

const lockBlob = statement(({ db, p, dialect }: Parts<{ digest: Digest }>) =>
  db.selectFrom('blobs').select(BLOB_COLUMNS).where('digest', '=', p.digest).modifyEnd(dialect.lock('update')),
)

const replaceBlob = statement(({ db, p }: Parts<NewBlob>) =>
  db
    .updateTable('blobs')
    .set({
      size_bytes: p.sizeBytes,
      location: p.location,
      state: p.state,
      lease_until_ms: p.leaseUntilMs,
      verified_at_ms: p.verifiedAtMs,
    })
    .where('digest', '=', p.digest),
)

const leaseBlobs = statement(({ db, p, dialect }: Parts<{ digests: string; leaseUntilMs: number }>) =>
  db
    .updateTable('blobs')
    .set({ lease_until_ms: p.leaseUntilMs })
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
    .where('lease_until_ms', '<', p.leaseUntilMs),
)

const setState = statement(({ db, p }: Parts<{ digest: Digest; state: BlobRecord['state'] }>) =>
  db.updateTable('blobs').set({ state: p.state }).where('digest', '=', p.digest),
)

const setVerified = statement(({ db, p }: Parts<{ digest: Digest; atMs: number }>) =>
  db.updateTable('blobs').set({ verified_at_ms: p.atMs }).where('digest', '=', p.digest),
)

const deleteBlob = statement(({ db, p }: Parts<{ digest: Digest }>) =>
  db.deleteFrom('blobs').where('digest', '=', p.digest).returning(['size_bytes', 'location']),
)

const holderOf = statement(({ db, p }: Parts<{ digest: Digest }>) =>
  db
    .selectFrom('repository_blobs')
    .select('repository_id')
    .where('digest', '=', p.digest)
    .unionAll(db.selectFrom('manifest_blobs').select('repository_id').where('blob', '=', p.digest))
    .limit(1),
)

const manifestHolding = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('manifest_blobs')
    .select('manifest')
    .where('blob', '=', p.digest)
    .where('repository_id', '=', p.repositoryId)
    .limit(1),
)

const insertLink = statement(({ db, p, dialect }: Parts<Key>) =>
  db
    .insertInto('repository_blobs')
    .values({
      repository_id: p.repositoryId,
      digest: p.digest,
      // Never anything else; it waits for manifests over the blob that are being written.
      hidden: dialect.arrivalLock(p.repositoryId, p.digest),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['repository_id', 'digest'])
        .doUpdateSet({ hidden: 0 })
        .where('repository_blobs.hidden', '=', sql.lit(1)),
    ),
)

const deleteLink = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('repository_blobs').where('repository_id', '=', p.repositoryId).where('digest', '=', p.digest),
)

const hideLink = statement(({ db, p }: Parts<Key>) =>
  db
    .updateTable('repository_blobs')
    .set({ hidden: 1 })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest),
)

const unhideLinks = statement(({ db, p }: Parts<{ repositoryId: number; manifest: Digest }>) =>
  db
    .updateTable('repository_blobs')
    .set({ hidden: 0 })
    .where('repository_id', '=', p.repositoryId)
    .where('hidden', '=', sql.lit(1))
    .where('digest', 'in', (eb) =>
      eb
        .selectFrom('manifest_blobs')
        .select('blob')
        .where('manifest_blobs.repository_id', '=', p.repositoryId)
        .where('manifest_blobs.manifest', '=', p.manifest),
    ),
)

export function blobWrites(connection: SqlConnection): BlobChanges {
  return {
    putBlob: (blob, replacedDueAtMs) => putBlob(connection, blob, replacedDueAtMs),
    async leaseBlobs(digests, leaseUntilMs) {
      if (digests.length > 0) await connection.run(leaseBlobs, { digests: JSON.stringify(digests), leaseUntilMs })
    },
    async setBlobState(digest, state) {
      await connection.run(setState, { digest, state })
    },
    async setBlobVerified(digest, atMs) {
      await connection.run(setVerified, { digest, atMs })
    },
    async deleteBlob(digest, removalDueAtMs) {
      const row = await connection.first(deleteBlob, { digest })
      if (row === undefined) return
      const { size_bytes: sizeBytes, location } = row
      await insertRemoval(connection, { digest, location, sizeBytes, dueAtMs: removalDueAtMs, why: 'unreferenced' })
    },
    async isBlobHeld(digest) {
      return (await connection.first(holderOf, { digest })) !== undefined
    },
    async isBlobHeldBy(repositoryId, digest) {
      return (await connection.first(manifestHolding, { repositoryId, digest })) !== undefined
    },
    async linkBlob(repositoryId, digest, candidateDueAtMs) {
      await connection.run(insertLink, { repositoryId, digest })
      await addCandidate(connection, { kind: 'blob', repositoryId, digest, dueAtMs: candidateDueAtMs })
    },
    async unlinkBlob(repositoryId, digest) {
      await connection.run(deleteLink, { repositoryId, digest })
    },
    async hideBlob(repositoryId, digest) {
      await connection.run(hideLink, { repositoryId, digest })
    },
    unhideBlobs: (repositoryId, manifest) => connection.run(unhideLinks, { repositoryId, manifest }),
  }
}

async function putBlob(
  connection: SqlConnection,
  blob: BlobRecord,
  replacedDueAtMs: number,
): Promise<BlobRecord | undefined> {
  const row: NewBlob = { ...blob, state: 'live', verifiedAtMs: blob.verifiedAtMs ?? null }
  if ((await connection.run(insertBlob, row)) > 0) return undefined
  const current = await connection.first(lockBlob, { digest: blob.digest })
  // Collected by another transaction between the two statements.
  if (current === undefined) return await putBlob(connection, blob, replacedDueAtMs)
  const previous = toBlob(current)
  const leaseUntilMs = Math.max(previous.leaseUntilMs, blob.leaseUntilMs)
  await connection.run(replaceBlob, { ...row, leaseUntilMs })
  // The same location again is the same copy: nothing was replaced.
  if (previous.location !== blob.location) {
    const { digest, location, sizeBytes } = previous
    await insertRemoval(connection, { digest, location, sizeBytes, dueAtMs: replacedDueAtMs, why: 'replaced' })
  }
  return previous
}
