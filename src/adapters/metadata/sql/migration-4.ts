import type { ColumnTypes, Migration } from './migration.ts'

/** Lifecycle policies and the plans they make, what undo needs, locks, and tags that remember who and why (ADR 5). */
export const addPlans: Migration = {
  version: 4,
  statements: (types) => [
    ...tagMemory(types),
    ...storageClasses(types),
    ...planTables(types),
    ...lockTable(types),
    ...lifecycleTimes(types),
  ],
}

/** Who has set and ended a tag, and what for; nobody knows of those that are there. */
function tagMemory({ integer, text }: ColumnTypes): string[] {
  return [
    `alter table tags add column set_at_ms ${integer} not null default 0`,
    'update tags set set_at_ms = from_ms',
    ...['from_by', 'from_cause', 'from_plan', 'until_by', 'until_cause', 'until_plan'].map(
      (column) => `alter table tags add column ${column} ${text}`,
    ),
    'create index tags_ended_by_plan on tags (until_plan, digest, tag) where until_plan is not null',
  ]
}

function storageClasses({ integer, text }: ColumnTypes): string[] {
  return [
    `alter table manifests add column storage_class ${text} not null default 'standard'`,
    ...['archived_at_ms', 'restored_at_ms', 'untagged_at_ms'].map(
      (column) => `alter table manifests add column ${column} ${integer}`,
    ),
    `alter table manifests add column deleted_by_plan ${text}`,
    `update manifests set untagged_at_ms = (select max(until_ms) from tags
      where tags.repository_id = manifests.repository_id and tags.digest = manifests.digest)
      where tag_count = 0 and deleted_at_ms is null`,
    `create index manifests_archived on manifests (repository_id, digest)
      where deleted_at_ms is null and storage_class = 'archive'`,
  ]
}

/** `body` is what nobody looks for, as JSON. */
function planTables({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table plans (id ${text} not null primary key, registry_id ${integer} not null,
      repository_id ${integer} not null, kind ${text} not null, state ${text} not null,
      created_at_ms ${integer} not null, undo_until_ms ${integer}, body ${text} not null)`,
    'create index plans_by_repository on plans (repository_id, created_at_ms, id)',
    'create index plans_by_kind on plans (repository_id, kind, created_at_ms, id)',
    `create index plans_open on plans (state, created_at_ms, id) where state in ('making', 'waiting', 'applying', 'undoing')`,
    'create index plans_by_time on plans (created_at_ms, id)',
    `create table plan_items (plan_id ${text} not null, position ${integer} not null, digest ${text} not null,
      action ${text} not null, is_tagged ${integer} not null, outcome ${text} not null, body ${text} not null,
      primary key (plan_id, position))${keyed}`,
    'create index plan_items_by_digest on plan_items (plan_id, digest, position)',
  ]
}

/** `name` is a tag or a digest. */
function lockTable({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table image_locks (repository_id ${integer} not null, kind ${text} not null, name ${text} not null,
      reason ${text} not null, owner ${text} not null, locked_by ${text} not null, locked_at_ms ${integer} not null,
      primary key (repository_id, kind, name))${keyed}`,
    `alter table repositories add column lock_count ${integer} not null default 0`,
  ]
}

function lifecycleTimes({ integer }: ColumnTypes): string[] {
  return [
    `alter table repositories add column lifecycle_evaluated_at_ms ${integer}`,
    `alter table repositories add column lifecycle_revision ${integer} not null default 0`,
  ]
}
