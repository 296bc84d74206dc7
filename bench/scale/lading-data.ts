import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import type { Sizes } from '../sizes.ts'
import { cloneRows } from './clone-rows.ts'
import { fillFirst } from './fill-store.ts'

/** Makes a data folder whose database is full, and whose blobs are missing: nothing in the benchmark asks for them. */
export async function makeLadingData(folder: string, sizes: Sizes): Promise<void> {
  const path = join(folder, 'metadata.db')
  if (existsSync(path)) return
  mkdirSync(folder, { recursive: true })
  const store = await openSqliteMetadataStore({ path })
  await fillFirst(store, sizes.tags)
  await store.close()
  cloneRows(path, sizes)
}
