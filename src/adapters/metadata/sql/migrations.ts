import type { ColumnTypes, Migration } from './migration.ts'
import { createTables } from './migration-1.ts'
import { addIdentities } from './migration-2.ts'
import { addAudit } from './migration-3.ts'
import { addPlans } from './migration-4.ts'
import { addWebhooks } from './migration-5.ts'
import { addSettings } from './migration-6.ts'

/** In ascending order. One that has been released is never changed: add another. */
export const MIGRATIONS: readonly Migration[] = [
  createTables,
  addIdentities,
  addAudit,
  addPlans,
  addWebhooks,
  addSettings,
]
export const NEWEST_VERSION = MIGRATIONS.at(-1)?.version ?? 0

/**
 * What brings a database at `version` up to date; to be run in one transaction.
 *
 * @throws {Error} when the database was written by a newer release: this one could damage it
 */
export function pendingStatements(version: number, types: ColumnTypes, engine: 'sqlite' | 'postgres'): string[] {
  if (version > NEWEST_VERSION) {
    throw new Error(
      `The metadata database has schema version ${version}, made by a newer release of Lading; ` +
        `this release knows versions up to ${NEWEST_VERSION}. Start the newer release, or restore a backup.`,
    )
  }
  const pending = MIGRATIONS.filter((migration) => migration.version > version)
  if (pending.length === 0) return []
  return [
    ...pending.flatMap((migration) => migration.statements(types, engine)),
    `update schema_version set version = ${NEWEST_VERSION}`,
  ]
}
