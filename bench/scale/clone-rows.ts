import { Database } from 'bun:sqlite'
import type { Sizes } from '../sizes.ts'
import { scaleManifest } from './fill-store.ts'
import { repositoryName, TAGGED_REPOSITORY, tagName, UNTAGGED_REPOSITORY } from './names.ts'

type Value = string | number | bigint | Uint8Array | null
type Row = Record<string, Value>

/**
 * Makes many rows like those of the first images that the store itself has written: a million transactions would take
 * an hour. Columns that are not named here stay as they are in the row that is copied.
 */
export function cloneRows(path: string, sizes: Sizes): void {
  const db = new Database(path)
  for (const pragma of ['journal_mode = off', 'synchronous = off', 'cache_size = -262144']) db.run(`pragma ${pragma}`)
  const indexes = dropIndexes(db)
  db.run('begin')
  cloneRepositories(db, sizes.repositories)
  const digests = Array.from({ length: sizes.manifests }, (_, index) => ({
    index,
    digest: scaleManifest(index).digest,
  }))
  cloneManifests(
    db,
    digests.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    sizes.tags,
  )
  db.run('commit')
  for (const sql of indexes) db.run(sql)
  db.run('pragma journal_mode = wal')
  db.close()
}

function cloneRepositories(db: Database, count: number): void {
  const add = cloner(db, 'repositories', 'name = ?', TAGGED_REPOSITORY)
  for (let index = 0; index < count; index++) add({ id: null, name: repositoryName(index) })
}

/** @param digests in ascending order, so that each lands at the end of its tree */
function cloneManifests(db: Database, digests: readonly { index: number; digest: string }[], tags: number): void {
  const addContent = cloner(db, 'manifest_contents', 'digest = ?', scaleManifest(0).digest)
  const tagged = manifestCloner(db, TAGGED_REPOSITORY)
  const untagged = manifestCloner(db, UNTAGGED_REPOSITORY)
  const addTag = cloner(db, 'tags', 'tag = ?', tagName(0))
  for (const { index, digest } of digests) {
    addContent({ digest, bytes: scaleManifest(index).bytes })
    if (index < tags) tagged(digest)
    else untagged(digest)
    if (index < tags) addTag({ id: null, tag: tagName(index), digest })
  }
}

function manifestCloner(db: Database, repository: string): (digest: string) => void {
  const where = 'repository_id = (select id from repositories where name = ?)'
  const addManifest = cloner(db, 'manifests', where, repository)
  const addEdge = cloner(db, 'manifest_blobs', where, repository)
  return (digest) => {
    addManifest({ digest })
    addEdge({ manifest: digest })
  }
}

/** @returns inserts copies of the row that `where` finds, with some columns changed; rows that exist are left alone */
function cloner(db: Database, table: string, where: string, value: string): (change: Row) => void {
  const row = db.query<Row, [string]>(`select * from ${table} where ${where}`).get(value)
  if (row === null) throw new Error(`there is no row in ${table} where ${where}, ${value}`)
  const columns = Object.keys(row)
  const insert = db.query(
    `insert or ignore into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`,
  )
  return (change) => {
    insert.run(...columns.map((column) => (column in change ? (change[column] ?? null) : (row[column] ?? null))))
  }
}

/** @returns how to make them again */
function dropIndexes(db: Database): string[] {
  // the unique ones stay: what must not be there twice is told by them
  const sql = `select name, sql from sqlite_master where type = 'index' and sql is not null and sql not like '%unique%'`
  const indexes = db.query<{ name: string; sql: string }, []>(sql).all()
  for (const { name } of indexes) db.run(`drop index ${name}`)
  return indexes.map((index) => index.sql)
}
