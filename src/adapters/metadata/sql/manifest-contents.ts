import { sql } from 'kysely'
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

const lockContents = statement(({ db, p, dialect }: Parts<{ digests: string }>) =>
  db
    .selectFrom('manifest_contents')
    .select('digest')
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
    .orderBy('digest')
    .modifyEnd(dialect.lock('update')),
)

const deleteUnused = statement(({ db, p, dialect }: Parts<{ digests: string }>) =>
  db
    .deleteFrom('manifest_contents')
    .where(sql<boolean>`digest in ${dialect.textList(p.digests)}`)
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
export async function dropContentsIfUnused(connection: SqlConnection, digests: readonly Digest[]): Promise<void> {
  const list = { digests: JSON.stringify(digests) }
  // Locked first, by a statement of its own: the next one then sees what other transactions put meanwhile.
  await connection.all(lockContents, list)
  await connection.run(deleteUnused, list)
}
