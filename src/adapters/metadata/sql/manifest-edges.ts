import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { NewManifest } from '../../../ports/metadata/manifests.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Edges = { repositoryId: number; manifest: Digest; targets: string }
type Key = { repositoryId: number; manifest: Digest }

const insertChildren = statement(({ db, p, dialect }: Parts<Edges>) =>
  db
    .insertInto('manifest_children')
    .columns(['repository_id', 'parent', 'child'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.textList<Digest>(p.targets).as('given'))
        .select([
          sql<number>`cast(${p.repositoryId} as bigint)`.as('repository_id'),
          sql<Digest>`cast(${p.manifest} as text)`.as('parent'),
          'given.value',
        ])
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.doNothing()),
)

const insertBlobs = statement(({ db, p, dialect }: Parts<Edges>) =>
  db
    .insertInto('manifest_blobs')
    .columns(['repository_id', 'manifest', 'blob'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.textList<Digest>(p.targets).as('given'))
        .select([
          sql<number>`cast(${p.repositoryId} as bigint)`.as('repository_id'),
          sql<Digest>`cast(${p.manifest} as text)`.as('manifest'),
          'given.value',
        ])
        // Without a `where`, SQLite would read `on conflict` as part of the query (sqlite.org/lang_upsert.html, 2.2).
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.doNothing()),
)

const deleteChildren = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('manifest_children').where('repository_id', '=', p.repositoryId).where('parent', '=', p.manifest),
)

const deleteBlobs = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('manifest_blobs').where('repository_id', '=', p.repositoryId).where('manifest', '=', p.manifest),
)

export async function insertEdges(connection: SqlConnection, repositoryId: number, put: NewManifest): Promise<void> {
  const { digest: manifest, children, blobs } = put
  if (children.length > 0) {
    await connection.run(insertChildren, { repositoryId, manifest, targets: JSON.stringify(children) })
  }
  if (blobs.length > 0) {
    await connection.run(insertBlobs, { repositoryId, manifest, targets: JSON.stringify(blobs) })
  }
}

export async function deleteManifestEdges(connection: SqlConnection, repositoryId: number, manifest: Digest) {
  await connection.run(deleteChildren, { repositoryId, manifest })
  await connection.run(deleteBlobs, { repositoryId, manifest })
}
