import { type Selectable, sql } from 'kysely'
import type { ImageLock, ImageLockChanges, ImageLockReads } from '../../../ports/metadata/image-locks.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type Key = { repositoryId: number; kind: ImageLock['kind']; name: string }

export const findLocks = statement(({ db, p, dialect }: Parts<{ repositoryId: number; names: string }>) =>
  db
    .selectFrom('image_locks')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    // All kinds there are, so that names are looked up and not compared with every lock.
    .where('kind', 'in', [sql<'image'>`'image'`, sql<'tag'>`'tag'`])
    .where(sql<boolean>`name in ${dialect.textList(p.names)}`)
    .orderBy('kind')
    .orderBy('name'),
)

const listLocks = statement(({ db, p }: Parts<Key & { limit: number }>) =>
  db
    .selectFrom('image_locks')
    .selectAll()
    .where('repository_id', '=', p.repositoryId)
    .where(sql<boolean>`(kind, name) > (${p.kind}, ${p.name})`)
    .orderBy('kind')
    .orderBy('name')
    .limit(p.limit),
)

const insertLock = statement(({ db, p }: Parts<ReturnType<typeof fromLock>>) =>
  db
    .insertInto('image_locks')
    .values({
      repository_id: p.repositoryId,
      kind: p.kind,
      name: p.name,
      reason: p.reason,
      owner: p.owner,
      locked_by: p.lockedBy,
      locked_at_ms: p.lockedAtMs,
    })
    .onConflict((conflict) => conflict.columns(['repository_id', 'kind', 'name']).doNothing()),
)

const deleteLock = statement(({ db, p }: Parts<Key>) =>
  db
    .deleteFrom('image_locks')
    .where('repository_id', '=', p.repositoryId)
    .where('kind', '=', p.kind)
    .where('name', '=', p.name),
)

const countLocks = statement(({ db, p }: Parts<{ repositoryId: number; change: number }>) =>
  db
    .updateTable('repositories')
    .set({ lock_count: sql<number>`lock_count + ${p.change}` })
    .where('id', '=', p.repositoryId),
)

export function imageLockReads(connection: SqlConnection): ImageLockReads {
  return {
    async findImageLocks(repositoryId, names) {
      if (names.length === 0) return []
      const rows = await connection.all(findLocks, { repositoryId, names: JSON.stringify(names) })
      return rows.map(toLock)
    },
    async listImageLocks(repositoryId, { after, limit }) {
      // Every kind is greater than the empty text.
      const from = after ?? { kind: '' as ImageLock['kind'], name: '' }
      const rows = await connection.all(listLocks, { repositoryId, kind: from.kind, name: from.name, limit })
      return rows.map(toLock)
    },
  }
}

export function imageLockWrites(connection: SqlConnection): ImageLockChanges {
  const remove = async (key: Key): Promise<boolean> => {
    if ((await connection.run(deleteLock, key)) === 0) return false
    await connection.run(countLocks, { repositoryId: key.repositoryId, change: -1 })
    return true
  }
  return {
    async putImageLock(repositoryId, lock) {
      await remove({ repositoryId, kind: lock.kind, name: lock.name })
      await connection.run(insertLock, fromLock(repositoryId, lock))
      await connection.run(countLocks, { repositoryId, change: 1 })
    },
    deleteImageLock: (repositoryId, { kind, name }) => remove({ repositoryId, kind, name }),
  }
}

function fromLock(repositoryId: number, { kind, name, reason, owner, lockedBy, lockedAtMs }: ImageLock) {
  return { repositoryId, kind, name, reason, owner, lockedBy, lockedAtMs }
}

function toLock(row: Selectable<Schema['image_locks']>): ImageLock {
  const { kind, name, reason, owner, locked_by: lockedBy, locked_at_ms: lockedAtMs } = row
  // Only checked tags and digests are ever written, each under its kind.
  return { kind, name, reason, owner, lockedBy, lockedAtMs } as ImageLock
}
