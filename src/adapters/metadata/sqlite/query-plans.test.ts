import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { listBlobsToVerify } from '../sql/blobs.ts'
import { listDueCandidates } from '../sql/candidates.ts'
import { listImageIds, listManifests } from '../sql/images.ts'
import { listReferrers } from '../sql/manifests.ts'
import { listDueRemovals } from '../sql/removals.ts'
import { listRepositories } from '../sql/repositories.ts'
import { sqlBuilder } from '../sql/sql-builder.ts'
import { compile, type Statement } from '../sql/statement.ts'
import { listTags } from '../sql/tags.ts'
import { listExpiredUploads } from '../sql/uploads.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

const database = new Database(':memory:')
migrateSqlite(new SqliteConnection(database))
afterAll(() => database.close())

function planOf(statement: Pick<Statement<never, unknown>, 'build'>): string[] {
  const { sql } = compile(statement, sqlBuilder('sqlite'), sqliteDialect)
  return database
    .query<{ detail: string }, []>(`explain query plan ${sql}`)
    .all()
    .map((row) => row.detail)
}

/** Every page walks an index from where the last one ended, and stops: it never sorts, and never reads a table. */
const PAGES: Record<string, { statement: Statement<never, unknown>; index: string }> = {
  listTags: { statement: listTags, index: 'tags_live (repository_id=? AND tag>?)' },
  listRepositories: {
    statement: listRepositories,
    index: 'sqlite_autoindex_repositories_1 (registry_id=? AND name>?)',
  },
  'listImageIds TAGGED': {
    statement: listImageIds.TAGGED,
    index: 'tags_live_by_digest (repository_id=? AND (digest,tag)>(?,?))',
  },
  'listImageIds UNTAGGED': {
    statement: listImageIds.UNTAGGED,
    index: 'manifests_untagged (repository_id=? AND digest>?)',
  },
  'listManifests TAGGED': {
    statement: listManifests.TAGGED,
    index: 'manifests_tagged (repository_id=? AND digest>?)',
  },
  'listManifests UNTAGGED': {
    statement: listManifests.UNTAGGED,
    index: 'manifests_untagged (repository_id=? AND digest>?)',
  },
  'listReferrers of any type': {
    statement: listReferrers.ofAnyType,
    index: 'manifests_by_subject (repository_id=? AND subject=? AND digest>?)',
  },
  'listReferrers of types': {
    statement: listReferrers.ofTypes,
    index: 'manifests_by_subject (repository_id=? AND subject=? AND digest>?)',
  },
  listExpiredUploads: { statement: listExpiredUploads, index: 'uploads_by_expiry (expires_at_ms<?)' },
  listDueCandidates: { statement: listDueCandidates, index: 'candidates_by_due' },
  listDueRemovals: { statement: listDueRemovals, index: 'removals_by_due (due_at_ms<?)' },
  listBlobsToVerify: { statement: listBlobsToVerify, index: 'blobs_to_verify' },
}

for (const [name, { statement, index }] of Object.entries(PAGES)) {
  test(`${name} reads a page from its index alone`, () => {
    const plan = planOf(statement)
    expect(plan.join('\n')).toContain(index)
    // A manifest's own tags, `live`, are scanned as a subquery, which the index gives; `json_each` is a parameter.
    expect(plan.filter((step) => step.includes('TEMP B-TREE FOR ORDER BY'))).toEqual([])
    expect(plan.filter((step) => /^SCAN (?!live$|json_each |.*USING .*INDEX (?:blobs_to_verify))/.test(step))).toEqual(
      [],
    )
  })
}

/** Two pages, one per status, are merged: what is sorted is never more than two pages. */
for (const [name, statement] of [
  ['listImageIds ANY', listImageIds.ANY],
  ['listManifests ANY', listManifests.ANY],
] as const) {
  test(`${name} reads a page from each of two indexes`, () => {
    const plan = planOf(statement).join('\n')
    expect(plan).toMatch(/SEARCH (?:tags|manifests) USING (?:COVERING )?INDEX (?:tags_live_by_digest|manifests_tagged)/)
    expect(plan).toMatch(/SEARCH manifests USING (?:COVERING )?INDEX manifests_untagged/)
    expect(plan).not.toMatch(/SCAN (?:tags|manifests)\b/)
  })
}
