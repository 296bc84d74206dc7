import { SQL } from 'bun'
import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { migratePostgres } from './migrate-postgres.ts'
import { translatePostgresError } from './postgres-errors.ts'
import { postgresMetadataStore } from './postgres-metadata-store.ts'

export interface PostgresMetadataOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  /** The most connections that this process opens; transactions that wait for locks hold one each. */
  readonly connections?: number
}

const CONNECTIONS = 20
const CONNECT_TIMEOUT_S = 5

/**
 * Opens a metadata store that several processes may share, making or migrating its tables as needed.
 *
 * @throws {Refusal} `storage-unavailable` when the server cannot be reached
 * @throws {Error} when the database was made by a newer release
 */
export async function openPostgresMetadataStore(options: PostgresMetadataOptions): Promise<MetadataStore> {
  const { url, connections = CONNECTIONS } = options
  // Apart, so that reads never queue behind transactions that wait for a lock.
  const readers = Math.max(1, Math.floor(connections / 3))
  const readPool = openPool(url, readers)
  const writePool = openPool(url, Math.max(1, connections - readers))
  try {
    await migratePostgres(writePool)
  } catch (error) {
    await Promise.all([readPool.close(), writePool.close()])
    throw translatePostgresError(error)
  }
  return postgresMetadataStore({ readPool, writePool })
}

function openPool(url: string, max: number): SQL {
  return new SQL({ url, max, bigint: true, connectionTimeout: CONNECT_TIMEOUT_S })
}
