import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { ImageTag, LifecycleImage, StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import { annotationsOf } from '../../../core/manifest/annotations-of.ts'
import type { Tag } from '../../../core/tag.ts'
import type { LifecycleChanges, LifecycleReads, StoredLifecycle } from '../../../ports/metadata/lifecycle.ts'
import type { SqlConnection } from './connection.ts'
import { REPOSITORY_COLUMNS, toRepository } from './repository-row.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type ImagePage = { repositoryId: number; after: Digest; limit: number }

const LIFECYCLE_COLUMNS = ['lifecycle_policy_text', 'lifecycle_revision', 'lifecycle_evaluated_at_ms'] as const

const readLifecycle = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('repositories').select(LIFECYCLE_COLUMNS).where('id', '=', p.repositoryId),
)

const listLifecycles = statement(({ db, p }: Parts<{ repositoryId: number; limit: number }>) =>
  db
    .selectFrom('repositories')
    .select(REPOSITORY_COLUMNS)
    .select(LIFECYCLE_COLUMNS)
    .where('id', '>', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .orderBy('id')
    .limit(p.limit),
)

/** Tags, children and locks come as JSON, so that an image is one row. */
function images({ db, p, dialect }: Parts<{ repositoryId: number }>) {
  return db
    .selectFrom('manifests')
    .select([
      'digest',
      'media_type',
      'artifact_type',
      'size_bytes',
      'pushed_at_ms',
      'last_pulled_at_ms',
      'untagged_at_ms',
      'storage_class',
      'archived_at_ms',
      'restored_at_ms',
      'subject',
    ])
    .select([
      dialect.tagTimesOfManifest('manifests').as('tags'),
      dialect.childrenOfManifest('manifests').as('children'),
    ])
    .where('repository_id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
}

/** Annotations are a column only where a list of referrers wants them. */
function contentOf(eb: ExpressionBuilder<Schema, 'manifests'>) {
  return eb
    .selectFrom('manifest_contents')
    .select('manifest_contents.bytes')
    .whereRef('manifest_contents.digest', '=', 'manifests.digest')
    .as('content')
}

const listImages = statement((parts: Parts<ImagePage>) =>
  images(parts)
    .select(sql<null>`null`.as('content'))
    .where('digest', '>', parts.p.after)
    .orderBy('digest')
    .limit(parts.p.limit),
)

const listAnnotatedImages = statement((parts: Parts<ImagePage>) =>
  images(parts).select(contentOf).where('digest', '>', parts.p.after).orderBy('digest').limit(parts.p.limit),
)

const findImages = statement((parts: Parts<{ repositoryId: number; digests: string }>) =>
  images(parts)
    .select(contentOf)
    .where(sql<boolean>`digest in ${parts.dialect.textList(parts.p.digests)}`)
    .orderBy('digest'),
)

const listLocks = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db.selectFrom('image_locks').select(['kind', 'name']).where('repository_id', '=', p.repositoryId),
)

const listBlobs = statement(({ db, p, dialect }: Parts<{ repositoryId: number; digests: string }>) =>
  db
    .selectFrom('manifest_blobs')
    .innerJoin('blobs', 'blobs.digest', 'manifest_blobs.blob')
    .select(['manifest_blobs.manifest', 'manifest_blobs.blob', 'blobs.size_bytes as sizeBytes'])
    .where('manifest_blobs.repository_id', '=', p.repositoryId)
    .where(sql<boolean>`manifest_blobs.manifest in ${dialect.textList(p.digests)}`),
)

const countHolders = statement(({ db, p, dialect }: Parts<{ blobs: string }>) =>
  db
    .selectFrom('manifest_blobs')
    .innerJoin('manifests', (join) =>
      join
        .onRef('manifests.repository_id', '=', 'manifest_blobs.repository_id')
        .onRef('manifests.digest', '=', 'manifest_blobs.manifest'),
    )
    .select(['manifest_blobs.blob', sql<number>`count(*)`.as('holders')])
    .where(sql<boolean>`manifest_blobs.blob in ${dialect.textList(p.blobs)}`)
    .where('manifests.deleted_at_ms', 'is', null)
    .groupBy('manifest_blobs.blob'),
)

const putPolicy = statement(({ db, p }: Parts<{ repositoryId: number; text: string | null }>) =>
  db
    .updateTable('repositories')
    .set((eb) => ({ lifecycle_policy_text: p.text, lifecycle_revision: eb('lifecycle_revision', '+', 1) }))
    .where('id', '=', p.repositoryId),
)

const claim = statement(({ db, p }: Parts<{ repositoryId: number; atMs: number; notSinceMs: number }>) =>
  db
    .updateTable('repositories')
    .set({ lifecycle_evaluated_at_ms: p.atMs })
    .where('id', '=', p.repositoryId)
    .where('deleted_at_ms', 'is', null)
    .where(sql<boolean>`coalesce(lifecycle_evaluated_at_ms, 0) <= ${p.notSinceMs}`),
)

export function lifecycleReads(connection: SqlConnection): LifecycleReads {
  return {
    async readLifecycle(repositoryId) {
      const row = await connection.first(readLifecycle, { repositoryId })
      return row && toLifecycle(row)
    },
    async listLifecycles(repositoryId, limit) {
      const rows = await connection.all(listLifecycles, { repositoryId, limit })
      return rows.map((row) => ({ repository: toRepository(row), lifecycle: toLifecycle(row) }))
    },
    async listLifecycleImages(repositoryId, { after, limit, withAnnotations }) {
      const locks = await readLocks(connection, repositoryId)
      const query = withAnnotations ? listAnnotatedImages : listImages
      // Every digest is greater than the empty text.
      const rows = await connection.all(query, { repositoryId, after: after ?? ('' as Digest), limit })
      return rows.map((row) => ({ ...toImage(row, locks), sizeBytes: row.size_bytes }))
    },
    async findLifecycleImages(repositoryId, digests) {
      const locks = await readLocks(connection, repositoryId)
      const rows = await connection.all(findImages, { repositoryId, digests: JSON.stringify(digests) })
      return rows.map((row) => toImage(row, locks))
    },
    listBlobsOfManifests: (repositoryId, digests) =>
      connection.all(listBlobs, { repositoryId, digests: JSON.stringify(digests) }),
    async countHolders(blobs) {
      const rows = await connection.all(countHolders, { blobs: JSON.stringify(blobs) })
      return new Map(rows.map(({ blob, holders }) => [blob, holders]))
    },
  }
}

export function lifecycleWrites(connection: SqlConnection): LifecycleChanges {
  return {
    async putLifecyclePolicy(repositoryId, text) {
      await connection.run(putPolicy, { repositoryId, text: text ?? null })
    },
    async claimLifecycle(repositoryId, { atMs, notSinceMs }) {
      return (await connection.run(claim, { repositoryId, atMs, notSinceMs })) > 0
    },
  }
}

function toLifecycle(
  row: Pick<Selectable<Schema['repositories']>, (typeof LIFECYCLE_COLUMNS)[number]>,
): StoredLifecycle {
  return {
    text: row.lifecycle_policy_text ?? undefined,
    revision: row.lifecycle_revision,
    evaluatedAtMs: row.lifecycle_evaluated_at_ms ?? undefined,
  }
}

interface ImageRow {
  readonly digest: Digest
  readonly media_type: string
  readonly artifact_type: string | null
  readonly pushed_at_ms: number
  readonly last_pulled_at_ms: number | null
  readonly untagged_at_ms: number | null
  readonly storage_class: StorageClass
  readonly archived_at_ms: number | null
  readonly restored_at_ms: number | null
  readonly subject: Digest | null
  readonly content: Uint8Array | null
  readonly tags: string
  readonly children: string
}

/** Names of what is locked, by kind. */
interface Locked {
  readonly tag: ReadonlySet<string>
  readonly image: ReadonlySet<string>
}

async function readLocks(connection: SqlConnection, repositoryId: number): Promise<Locked> {
  const locked = { tag: new Set<string>(), image: new Set<string>() }
  for (const { kind, name } of await connection.all(listLocks, { repositoryId })) locked[kind].add(name)
  return locked
}

const NOTHING: readonly never[] = []

function toImage(row: ImageRow, locked: Locked): LifecycleImage {
  return {
    digest: row.digest,
    tags: row.tags === '[]' ? NOTHING : parseTags(row.tags, locked.tag),
    mediaType: row.media_type,
    artifactType: row.artifact_type ?? undefined,
    annotations: row.content === null ? undefined : annotationsOf(row.content),
    pushedAtMs: row.pushed_at_ms,
    lastPulledAtMs: row.last_pulled_at_ms ?? undefined,
    untaggedAtMs: row.untagged_at_ms ?? undefined,
    storageClass: row.storage_class,
    archivedAtMs: row.archived_at_ms ?? undefined,
    restoredAtMs: row.restored_at_ms ?? undefined,
    children: row.children === '[]' ? NOTHING : JSON.parse(row.children),
    subject: row.subject ?? undefined,
    ...(locked.image.has(row.digest) && { isLocked: true }),
  }
}

function parseTags(text: string, locked: ReadonlySet<string>): ImageTag[] {
  // The database made the text from the tags that it holds.
  const pairs = JSON.parse(text) as [Tag, number][]
  return pairs.map(([tag, setAtMs]) => (locked.has(tag) ? { tag, setAtMs, isLocked: true } : { tag, setAtMs }))
}
