import type { ColumnTypes, Migration } from './migration.ts'

/** The audit trail: its records, where each account's chain stands, and the checkpoints that were signed. */
export const addAudit: Migration = {
  version: 3,
  statements: (types) => [...auditTables(types), ...lookupIndexes()],
}

function auditTables({ rowId, integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table audit_records (id ${rowId}, account_id ${text} not null, at_ms ${integer} not null,
      event_id ${text} not null, event_name ${text} not null, event_source ${text} not null, username ${text},
      access_key_id ${text}, read_only ${integer} not null, resource_type ${text}, resource_name ${text},
      body ${text} not null, sequence ${integer}, hash ${text})`,
    'create unique index audit_by_event_id on audit_records (account_id, event_id)',
    'create unique index audit_by_sequence on audit_records (account_id, sequence) where sequence is not null',
    'create index audit_unsealed on audit_records (account_id, id) where sequence is null',
    `create table audit_chains (account_id ${text} not null primary key, sequence ${integer} not null,
      hash ${text} not null)${keyed}`,
    `create table audit_checkpoints (account_id ${text} not null, sequence ${integer} not null, hash ${text} not null,
      at_ms ${integer} not null, installation ${text} not null, key_id ${text} not null, signature ${text} not null,
      primary key (account_id, sequence))${keyed}`,
    'create index audit_checkpoints_by_time on audit_checkpoints (account_id, at_ms, sequence)',
  ]
}

/**
 * Each gives a page of `LookupEvents` from where the last one ended. They hold sealed records only, so that a change that
 * is recorded does not wait for eight indexes: the sealer fills them, many records at a time.
 */
function lookupIndexes(): string[] {
  const by = (column: string) =>
    `create index audit_by_${column} on audit_records (account_id, ${column}, at_ms, id) where sequence is not null`
  return [
    // Another way to say the same, so that nobody who looks for an attribute walks this one instead: SQLite would, as
    // it has no statistics to tell it better.
    'create index audit_by_time on audit_records (account_id, at_ms, id) where sequence > 0',
    by('event_name'),
    by('event_source'),
    by('read_only'),
    by('username'),
    by('access_key_id'),
    by('resource_type'),
    by('resource_name'),
  ]
}
