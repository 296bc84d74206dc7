import { sql } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { Candidate, CandidateChanges, CandidateReads } from '../../../ports/metadata/collection.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type CandidateKey = { kind: Candidate['kind']; repositoryId: number; digest: Digest }
type Row = CandidateKey & { dueAtMs: number }

/** What the table holds for "no repository": ids begin at 1. */
const NO_REPOSITORY = 0
/** What it holds for a repository, which has none: before every digest. */
const NO_DIGEST = '' as Digest

const upsertCandidate = statement(({ db, p }: Parts<Row>) =>
  db
    .insertInto('candidates')
    .values({ kind: p.kind, repository_id: p.repositoryId, digest: p.digest, due_at_ms: p.dueAtMs })
    .onConflict((conflict) =>
      conflict.columns(['repository_id', 'kind', 'digest']).doUpdateSet({ due_at_ms: p.dueAtMs }),
    ),
)

const candidatesOfManifest = statement(
  ({ db, p }: Parts<{ repositoryId: number; manifest: Digest; dueAtMs: number }>) =>
    db
      .insertInto('candidates')
      .columns(['kind', 'repository_id', 'digest', 'due_at_ms'])
      .expression((eb) =>
        eb
          .selectFrom('manifest_blobs')
          .select([
            sql<'blob'>`'blob'`.as('kind'),
            'repository_id',
            'blob as digest',
            sql<number>`cast(${p.dueAtMs} as bigint)`.as('due_at_ms'),
          ])
          .where('repository_id', '=', p.repositoryId)
          .where('manifest', '=', p.manifest),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['repository_id', 'kind', 'digest'])
          .doUpdateSet((eb) => ({ due_at_ms: eb.ref('excluded.due_at_ms') })),
      ),
)

const deleteKey = statement(({ db, p }: Parts<CandidateKey>) =>
  db
    .deleteFrom('candidates')
    .where('repository_id', '=', p.repositoryId)
    .where('kind', '=', p.kind)
    .where('digest', '=', p.digest),
)

const deleteExactly = statement(({ db, p }: Parts<Row>) =>
  db
    .deleteFrom('candidates')
    .where('repository_id', '=', p.repositoryId)
    .where('kind', '=', p.kind)
    .where('digest', '=', p.digest)
    .where('due_at_ms', '=', p.dueAtMs),
)

export const listDueCandidates = statement(({ db, p }: Parts<Row & { nowMs: number; limit: number }>) =>
  db
    .selectFrom('candidates')
    .select(['kind', 'repository_id', 'digest', 'due_at_ms'])
    .where(
      sql<boolean>`(due_at_ms, kind, repository_id, digest) > (${p.dueAtMs}, ${p.kind}, ${p.repositoryId}, ${p.digest})`,
    )
    .where('due_at_ms', '<=', p.nowMs)
    .orderBy('due_at_ms')
    .orderBy('kind')
    .orderBy('repository_id')
    .orderBy('digest')
    .limit(p.limit),
)

export function candidateReads(connection: SqlConnection): CandidateReads {
  return {
    async listDueCandidates(nowMs, limit, after) {
      const start = after === undefined ? BEFORE_ALL : toRow(after)
      const rows = await connection.all(listDueCandidates, { ...start, nowMs, limit })
      return rows.map((row) =>
        toCandidate({ kind: row.kind, repositoryId: row.repository_id, digest: row.digest, dueAtMs: row.due_at_ms }),
      )
    },
  }
}

export function candidateWrites(connection: SqlConnection): CandidateChanges {
  return {
    addCandidate: (candidate) => addCandidate(connection, candidate),
    async deleteCandidate(candidate) {
      return (await connection.run(deleteExactly, toRow(candidate))) > 0
    },
  }
}

export async function addCandidate(connection: SqlConnection, candidate: Candidate): Promise<void> {
  await connection.run(upsertCandidate, toRow(candidate))
}

/** Makes every blob that the manifest refers to a candidate of its repository. */
export async function addBlobCandidates(
  connection: SqlConnection,
  of: { repositoryId: number; manifest: Digest; dueAtMs: number },
): Promise<void> {
  await connection.run(candidatesOfManifest, of)
}

export async function dropCandidate(connection: SqlConnection, key: CandidateKey): Promise<void> {
  await connection.run(deleteKey, key)
}

/** Sorts before every row: times are after 1970, and the other columns then do not matter. */
const BEFORE_ALL: Row = { kind: 'blob', repositoryId: NO_REPOSITORY, digest: NO_DIGEST, dueAtMs: -1 }

function toRow({ kind, repositoryId = NO_REPOSITORY, digest = NO_DIGEST, dueAtMs }: Candidate): Row {
  return { kind, repositoryId, digest, dueAtMs }
}

function toCandidate({ kind, repositoryId, digest, dueAtMs }: Row): Candidate {
  if (kind === 'repository') return { kind, repositoryId, dueAtMs }
  if (kind === 'manifest') return { kind, repositoryId, digest, dueAtMs }
  return { kind, repositoryId: repositoryId === NO_REPOSITORY ? undefined : repositoryId, digest, dueAtMs }
}
