import type { ColumnTypes, Migration } from './migration.ts'

/** Events get a place in one sequence, and reach others: webhooks, and what is on its way to them. */
export const addWebhooks: Migration = {
  version: 5,
  statements: (types) => [...sequence(types), ...webhooks(types)],
}

/**
 * Its indexes hold either what waits for its place or what has one, so that a push writes one small entry: the sequencer
 * fills the others, many events at a time.
 */
function sequence({ integer }: ColumnTypes): string[] {
  return [
    `alter table events add column sequence ${integer}`,
    `alter table events add column audience_id ${integer}`,
    'create index events_unsequenced on events (id) where sequence is null',
    'create unique index events_by_sequence on events (sequence) where sequence is not null',
    'create index events_by_audience on events (audience_id, sequence) where sequence is not null',
    `create index events_by_repository on events (audience_id, repository_name, sequence)
      where sequence is not null`,
    `create table event_heads (only_row ${integer} not null primary key, sequence ${integer} not null)`,
    'insert into event_heads (only_row, sequence) values (1, 0)',
  ]
}

function webhooks({ id, integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table webhooks (id ${id}, registry_id ${integer} not null, name ${text} not null, url ${text} not null,
      format ${text} not null, pattern ${text}, sealed_secret ${text} not null, previous_secret ${text},
      previous_until_ms ${integer}, state ${text} not null, created_at_ms ${integer} not null,
      cursor_sequence ${integer} not null)`,
    'create unique index webhooks_by_name on webhooks (registry_id, name)',
    `create table deliveries (webhook_id ${integer} not null, repository_id ${integer} not null,
      sequence ${integer} not null, state ${text} not null, attempts ${integer} not null, last_error ${text},
      primary key (webhook_id, repository_id, sequence))${keyed}`,
    `create index deliveries_pending on deliveries (webhook_id, repository_id, sequence) where state = 'pending'`,
    `create index deliveries_dead on deliveries (webhook_id, sequence) where state = 'dead'`,
    'create index deliveries_by_sequence on deliveries (sequence)',
    `create table delivery_lines (webhook_id ${integer} not null, repository_id ${integer} not null,
      due_at_ms ${integer} not null, lease_id ${text}, primary key (webhook_id, repository_id))${keyed}`,
    'create index delivery_lines_by_due on delivery_lines (due_at_ms, webhook_id, repository_id)',
  ]
}
