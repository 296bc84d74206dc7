import { sql } from 'kysely'
import { type Parts, statement } from './statement.ts'

/** A write that changes nothing anybody reads: whether the database can be written. */
export const countProbe = statement(({ db }: Parts<Record<never, never>>) =>
  db.updateTable('schema_version').set({ probes: sql<number>`probes + 1` }),
)
