import type { Digest } from '../../../core/digest.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

const insertContent = statement(({ db, p }: Parts<{ digest: Digest; bytes: Uint8Array }>) =>
  db
    .insertInto('manifest_contents')
    .values({ digest: p.digest, bytes: p.bytes })
    .onConflict((conflict) => conflict.doNothing()),
)

const keepContent = statement(({ db, p, dialect }: Parts<{ digest: Digest }>) =>
  db
    .selectFrom('manifest_contents')
    .select('digest')
    .where('digest', '=', p.digest)
    .modifyEnd(dialect.lock('key share')),
)

const lockContent = statement(({ db, p, dialect }: Parts<{ digest: Digest }>) =>
  db.selectFrom('manifest_contents').select('digest').where('digest', '=', p.digest).modifyEnd(dialect.lock('update')),
)

const lockRepositoryContents = statement(({ db, p, dialect }: Parts<{ repositoryId: number }>) =>
  db
    .selectFrom('manifest_contents')
    .select('digest')
    .where('digest', 'in', db.selectFrom('manifests').select('digest').where('repository_id', '=', p.repositoryId))
    .orderBy('digest')
    .modifyEnd(dialect.lock('update')),
)

const deleteUnused = statement(({ db, p }: Parts<{ digest: Digest }>) =>
  db
    .deleteFrom('manifest_contents')
    .where('digest', '=', p.digest)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('manifests')
            .select('manifests.digest')
            .whereRef('manifests.digest', '=', 'manifest_contents.digest'),
        ),
      ),
    ),
)

const deleteUnusedOfRepository = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db
    .deleteFrom('manifest_contents')
    .where('digest', 'in', db.selectFrom('manifests').select('digest').where('repository_id', '=', p.repositoryId))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('manifests')
            .select('manifests.digest')
            .whereRef('manifests.digest', '=', 'manifest_contents.digest')
            .where('manifests.repository_id', '<>', p.repositoryId),
        ),
      ),
    ),
)

/**
 * Stores the bytes unless they are there, and keeps them there. Where transactions run side by side one may be
 * dropping the same bytes just now: waiting for it and looking again tells.
 */
export async function putContent(connection: SqlConnection, digest: Digest, bytes: Uint8Array): Promise<void> {
  do {
    await connection.run(insertContent, { digest, bytes })
  } while ((await connection.first(keepContent, { digest })) === undefined)
}

/** Forgets the bytes unless a manifest refers to them still, deleted ones in their window included. */
export async function dropContentIfUnused(connection: SqlConnection, digest: Digest): Promise<void> {
  // Locked first, by a statement of its own: the next one then sees what other transactions put meanwhile.
  await connection.all(lockContent, { digest })
  await connection.run(deleteUnused, { digest })
}

/** Forgets the bytes that only this repository's manifests refer to; to be called while it still has them. */
export async function dropContentsOfRepository(connection: SqlConnection, repositoryId: number): Promise<void> {
  await connection.all(lockRepositoryContents, { repositoryId })
  await connection.run(deleteUnusedOfRepository, { repositoryId })
}
