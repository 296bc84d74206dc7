import type { ColumnTypes, Migration } from './migration.ts'

/**
 * The first tables. There are no foreign keys: every edge is written under the lock of its repository, and checking
 * them again in the database would take a lock on the repository's row for every row of every push.
 */
export const createTables: Migration = {
  version: 1,
  statements: (types, engine) => [
    ...registryTables(types),
    ...manifestTables(types),
    ...tagTables(types),
    ...blobTables(types),
    ...collectionTables(types),
    ...(engine === 'sqlite' ? usageCounters() : []),
  ],
}

function registryTables({ id, integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table installation (only_row ${integer} not null primary key, id ${text} not null)`,
    `create table registries (id ${id}, account_id ${text} not null, region ${text} not null,
      created_at_ms ${integer} not null, unique (account_id, region))`,
    `create table account_settings (registry_id ${integer} not null, name ${text} not null, value ${text} not null,
      primary key (registry_id, name))${keyed}`,
    `create table repositories (id ${id}, registry_id ${integer} not null, name ${text} not null,
      created_at_ms ${integer} not null, mutability_mode ${text}, mutability_filters ${text},
      scan_on_push ${integer}, encryption_type ${text} not null, encryption_key ${text},
      policy_text ${text}, lifecycle_policy_text ${text}, deleted_at_ms ${integer}, is_purging ${integer} not null)`,
    'create unique index repositories_live on repositories (registry_id, name) where deleted_at_ms is null',
    `create table resource_tags (repository_id ${integer} not null, key ${text} not null, value ${text} not null,
      primary key (repository_id, key))${keyed}`,
    `create table creation_templates (registry_id ${integer} not null, prefix ${text} not null, body ${text} not null,
      primary key (registry_id, prefix))${keyed}`,
  ]
}

function manifestTables({ integer, text, bytes, keyed }: ColumnTypes): string[] {
  return [
    `create table manifest_contents (digest ${text} not null primary key, bytes ${bytes} not null)`,
    `create table manifests (repository_id ${integer} not null, digest ${text} not null, media_type ${text} not null,
      artifact_type ${text}, config_media_type ${text}, subject ${text}, size_bytes ${integer} not null,
      image_size_bytes ${integer} not null, annotations ${text}, pushed_at_ms ${integer} not null,
      last_pulled_at_ms ${integer}, deleted_at_ms ${integer}, tag_count ${integer} not null,
      primary key (repository_id, digest))`,
    'create index manifests_by_digest on manifests (digest)',
    `create index manifests_tagged on manifests (repository_id, digest)
      where deleted_at_ms is null and tag_count > 0`,
    `create index manifests_untagged on manifests (repository_id, digest)
      where deleted_at_ms is null and tag_count = 0`,
    `create index manifests_by_subject on manifests (repository_id, subject, digest, artifact_type)
      where deleted_at_ms is null and subject is not null`,
    `create table manifest_children (repository_id ${integer} not null, parent ${text} not null,
      child ${text} not null, primary key (repository_id, parent, child))${keyed}`,
    'create index manifest_children_by_child on manifest_children (repository_id, child, parent)',
    `create table manifest_blobs (repository_id ${integer} not null, manifest ${text} not null, blob ${text} not null,
      primary key (repository_id, manifest, blob))${keyed}`,
    'create index manifest_blobs_by_blob on manifest_blobs (blob, repository_id)',
  ]
}

function tagTables({ rowId, integer, text }: ColumnTypes): string[] {
  return [
    `create table tags (id ${rowId}, repository_id ${integer} not null, tag ${text} not null, digest ${text} not null,
      from_ms ${integer} not null, until_ms ${integer})`,
    'create unique index tags_live on tags (repository_id, tag) where until_ms is null',
    // The last column is always null: SQLite reads an index alone only when it has every column that is asked for.
    'create index tags_live_by_digest on tags (repository_id, digest, tag, until_ms) where until_ms is null',
    'create index tags_history on tags (repository_id, tag, until_ms) where until_ms is not null',
  ]
}

function blobTables({ integer, text, keyed, nullsFirst }: ColumnTypes): string[] {
  return [
    `create table blobs (digest ${text} not null primary key, size_bytes ${integer} not null,
      location ${text} not null, state ${text} not null, lease_until_ms ${integer} not null,
      verified_at_ms ${integer})`,
    `create index blobs_to_verify on blobs (verified_at_ms${nullsFirst}, digest) where state = 'live'`,
    `create index blobs_damaged on blobs (digest) where state = 'damaged'`,
    `create table repository_blobs (repository_id ${integer} not null, digest ${text} not null,
      hidden ${integer} not null, primary key (repository_id, digest))${keyed}`,
    'create index repository_blobs_by_digest on repository_blobs (digest, repository_id)',
    `create table uploads (id ${text} not null primary key, repository_id ${integer} not null,
      principal ${text} not null, surface ${text} not null, started_at_ms ${integer} not null,
      expires_at_ms ${integer} not null)`,
    'create index uploads_by_principal on uploads (principal)',
    'create index uploads_by_repository on uploads (repository_id)',
    'create index uploads_by_expiry on uploads (expires_at_ms)',
  ]
}

function collectionTables({ id, integer, text }: ColumnTypes): string[] {
  return [
    `create table candidates (kind ${text} not null, repository_id ${integer} not null, digest ${text} not null,
      due_at_ms ${integer} not null, primary key (repository_id, kind, digest))`,
    'create index candidates_by_due on candidates (due_at_ms, kind, repository_id, digest)',
    `create table removals (location ${text} not null primary key, digest ${text} not null,
      size_bytes ${integer} not null, due_at_ms ${integer} not null, why ${text} not null)`,
    'create index removals_by_due on removals (due_at_ms, location)',
    `create table events (id ${id}, kind ${text} not null, at_ms ${integer} not null, registry_id ${integer},
      repository_id ${integer}, repository_name ${text}, principal ${text}, detail ${text} not null)`,
    'create index events_by_time on events (at_ms)',
  ]
}

/** One writer at a time makes exact counters free on SQLite; on PostgreSQL the row would serialize every push. */
function usageCounters(): string[] {
  const add = (column: string, by: string) => `update usage_counters set ${column} = ${column} ${by};`
  return [
    `create table usage_counters (blobs integer not null, blob_bytes integer not null, manifests integer not null)`,
    'insert into usage_counters values (0, 0, 0)',
    `create trigger blobs_added after insert on blobs begin
      ${add('blobs', '+ 1')} ${add('blob_bytes', '+ new.size_bytes')} end`,
    `create trigger blobs_dropped after delete on blobs begin
      ${add('blobs', '- 1')} ${add('blob_bytes', '- old.size_bytes')} end`,
    `create trigger blobs_resized after update of size_bytes on blobs begin
      ${add('blob_bytes', '+ new.size_bytes - old.size_bytes')} end`,
    `create trigger manifests_added after insert on manifests begin ${add('manifests', '+ 1')} end`,
    `create trigger manifests_dropped after delete on manifests begin ${add('manifests', '- 1')} end`,
  ]
}
