import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Usage } from '../../../core/settings/quota.ts'
import type { UsageChanges } from '../../../ports/metadata/settings.ts'
import type { SqlConnection } from './connection.ts'
import { quotaWrites } from './quota-shares.ts'
import type { ScarceQuotas } from './scarce-quotas.ts'
import { type Parts, statement } from './statement.ts'

type OfManifest = { repositoryId: number; manifest: Digest }
type OfBlob = { repositoryId: number; digest: Digest }

/** More would only be more to add up: a new one is made when all there are belong to transactions under way. */
const MOST_SHARDS = 64

const sizeOfLink = sql<number | null>`(select blobs.size_bytes from blobs where blobs.digest = repository_blobs.digest)`
const isReferredTo = sql<boolean>`exists (select 1 from manifest_blobs as held join manifests
  on manifests.repository_id = held.repository_id and manifests.digest = held.manifest
    and manifests.deleted_at_ms is null
  where held.blob = repository_blobs.digest and held.repository_id = repository_blobs.repository_id)`

/** What a push charges for, or locks in order to. */
function unchargedBlobs({ db, p }: Parts<OfManifest>) {
  return db
    .selectFrom('repository_blobs')
    .select('digest')
    .where('repository_id', '=', p.repositoryId)
    .where('charged', '=', sql.lit(0))
    .where('hidden', '=', sql.lit(0))
    .where('digest', 'in', blobsOf(db, p))
}

/** Two pushes may have several new blobs in common: they are locked in byte order. */
function chargeInOrder(parts: Parts<OfManifest>) {
  const { db, p, dialect } = parts
  return db
    .with('uncharged', () => unchargedBlobs(parts).orderBy('digest').modifyEnd(dialect.lock('update')))
    .updateTable('repository_blobs')
    .set({ charged: sql.lit(1) })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', 'in', (eb) => eb.selectFrom('uncharged').select('digest'))
    .returning(sizeOfLink.as('sizeBytes'))
}

/** The same where nobody else writes: 5 us in SQLite, and 90 us with the list in between. */
function chargeAtOnce({ db, p }: Parts<OfManifest>) {
  return db
    .updateTable('repository_blobs')
    .set({ charged: sql.lit(1) })
    .where('repository_id', '=', p.repositoryId)
    .where('charged', '=', sql.lit(0))
    .where('hidden', '=', sql.lit(0))
    .where('digest', 'in', blobsOf(db, p))
    .returning(sizeOfLink.as('sizeBytes'))
}

const charge = statement((parts: Parts<OfManifest>) =>
  parts.dialect.name === 'sqlite' ? chargeAtOnce(parts) : chargeInOrder(parts),
)

const chargeLate = statement(({ db, p }: Parts<OfBlob>) =>
  db
    .updateTable('repository_blobs')
    .set({ charged: sql.lit(1) })
    .where('repository_id', '=', p.repositoryId)
    .where('digest', '=', p.digest)
    .where('charged', '=', sql.lit(0))
    .where(isReferredTo)
    .returning(sizeOfLink.as('sizeBytes')),
)

const release = statement(({ db, p }: Parts<OfManifest>) =>
  db
    .updateTable('repository_blobs')
    .set({ charged: sql.lit(0) })
    .where('repository_id', '=', p.repositoryId)
    .where('charged', '=', sql.lit(1))
    .where('digest', 'in', blobsOf(db, p))
    .where((eb) => eb.not(isReferredTo))
    .returning(sizeOfLink.as('sizeBytes')),
)

function blobsOf(db: Parts<OfManifest>['db'], p: OfManifest) {
  return db
    .selectFrom('manifest_blobs')
    .select('blob')
    .where('manifest_blobs.repository_id', '=', p.repositoryId)
    .where('manifest_blobs.manifest', '=', p.manifest)
}

type OneUsage = { repositoryId: number; images: number; bytes: number }

/** To a row that nobody else is writing: pushes into one repository do not wait for each other. */
const addToFreeShard = statement(({ db, p, dialect }: Parts<OneUsage>) =>
  db
    .updateTable('repository_usage')
    .set({ images: sql<number>`images + ${p.images}`, bytes: sql<number>`bytes + ${p.bytes}` })
    .where('repository_id', '=', p.repositoryId)
    .where('shard', '=', (eb) =>
      eb
        .selectFrom('repository_usage as free')
        .select('free.shard')
        .where('free.repository_id', '=', p.repositoryId)
        .limit(1)
        .modifyEnd(dialect.lock('update of what is free')),
    ),
)

const addToShard = statement(({ db, p }: Parts<OneUsage & { shard: number }>) =>
  db
    .insertInto('repository_usage')
    .values({ repository_id: p.repositoryId, shard: p.shard, images: p.images, bytes: p.bytes })
    .onConflict((conflict) =>
      conflict.columns(['repository_id', 'shard']).doUpdateSet({
        images: sql<number>`repository_usage.images + excluded.images`,
        bytes: sql<number>`repository_usage.bytes + excluded.bytes`,
      }),
    ),
)

export function usageWrites(connection: SqlConnection, scarce: ScarceQuotas): UsageChanges {
  return {
    ...quotaWrites(connection, scarce),
    chargeBlobs: async (repositoryId, manifest) => totalOf(await connection.all(charge, { repositoryId, manifest })),
    chargeLateBlob: async (repositoryId, digest) => totalOf(await connection.all(chargeLate, { repositoryId, digest })),
    releaseBlobs: async (repositoryId, manifest) => totalOf(await connection.all(release, { repositoryId, manifest })),
    addUsage: (repositoryId, usage) => addUsage(connection, repositoryId, usage),
  }
}

async function addUsage(connection: SqlConnection, repositoryId: number, { bytes, images }: Usage): Promise<void> {
  if (bytes === 0 && images === 0) return
  const added = { repositoryId, images, bytes }
  if ((await connection.run(addToFreeShard, added)) > 0) return
  await connection.run(addToShard, { ...added, shard: Math.floor(Math.random() * MOST_SHARDS) })
}

function totalOf(rows: readonly { sizeBytes: number | null }[]): number {
  return rows.reduce((total, { sizeBytes }) => total + (sizeBytes ?? 0), 0)
}
