import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { sqliteMetadataStore } from './sqlite-metadata-store.ts'

export interface SqliteMetadataOptions {
  /** Where the database is, made when there is none; `:memory:` for one that nothing outlives. */
  readonly path: string
}

/**
 * Opens the metadata store of a single process.
 *
 * @throws {Refusal} `storage-full`, `storage-unavailable`
 * @throws {Error} when the database was made by a newer release
 */
export async function openSqliteMetadataStore({ path }: SqliteMetadataOptions): Promise<MetadataStore> {
  if (path === ':memory:') return openUnnamed()
  return sqliteMetadataStore(new SqliteDatabase(path, true))
}

/**
 * Two connections cannot share SQLite's own `:memory:` without seeing each other's open transactions, so this is a
 * database like any other whose names are gone before anybody uses it, never synced.
 */
function openUnnamed(): MetadataStore {
  const directory = mkdtempSync(join(tmpdir(), 'lading-metadata-'))
  try {
    return sqliteMetadataStore(new SqliteDatabase(join(directory, 'metadata.db'), false))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
