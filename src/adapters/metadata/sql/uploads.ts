import type { UploadId } from '../../../ports/ids.ts'
import type { Upload, UploadChanges, UploadReads } from '../../../ports/metadata/uploads.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

const COLUMNS = [
  'id',
  'repository_id as repositoryId',
  'principal',
  'surface',
  'started_at_ms as startedAtMs',
  'expires_at_ms as expiresAtMs',
] as const

const findUpload = statement(({ db, p }: Parts<{ id: UploadId }>) =>
  db.selectFrom('uploads').select(COLUMNS).where('id', '=', p.id),
)

const countUploads = statement(({ db, p }: Parts<{ principal: string }>) =>
  db
    .selectFrom('uploads')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('principal', '=', p.principal),
)

export const listExpiredUploads = statement(({ db, p }: Parts<{ nowMs: number; limit: number }>) =>
  db
    .selectFrom('uploads')
    .select(COLUMNS)
    .where('expires_at_ms', '<=', p.nowMs)
    .orderBy('expires_at_ms')
    .limit(p.limit),
)

const insertUpload = statement(({ db, p }: Parts<{ [Key in keyof Upload]: Upload[Key] }>) =>
  db.insertInto('uploads').values({
    id: p.id,
    repository_id: p.repositoryId,
    principal: p.principal,
    surface: p.surface,
    started_at_ms: p.startedAtMs,
    expires_at_ms: p.expiresAtMs,
  }),
)

const deleteUpload = statement(({ db, p }: Parts<{ id: UploadId }>) => db.deleteFrom('uploads').where('id', '=', p.id))

const touchUpload = statement(({ db, p }: Parts<{ id: UploadId; expiresAtMs: number }>) =>
  db.updateTable('uploads').set({ expires_at_ms: p.expiresAtMs }).where('id', '=', p.id),
)

export function uploadReads(connection: SqlConnection): UploadReads {
  return {
    findUpload: (id) => connection.first(findUpload, { id }),
    async countUploads(principal) {
      return (await connection.first(countUploads, { principal }))?.count ?? 0
    },
    listExpiredUploads: (nowMs, limit) => connection.all(listExpiredUploads, { nowMs, limit }),
  }
}

export function uploadWrites(connection: SqlConnection): UploadChanges {
  return {
    async insertUpload(upload) {
      await connection.run(insertUpload, { ...upload })
    },
    async deleteUpload(id) {
      await connection.run(deleteUpload, { id })
    },
    async touchUpload(id, expiresAtMs) {
      await connection.run(touchUpload, { id, expiresAtMs })
    },
  }
}
