import type { ColumnTypes, Migration } from './migration.ts'

/** Settings of scopes and repositories, what repositories hold, and what is left of quotas. */
export const addSettings: Migration = {
  version: 6,
  statements: (types) => [...settingTables(types), ...usageTables(types), ...countUsage()],
}

function settingTables({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table scope_settings (registry_id ${integer} not null, path ${text} not null, name ${text} not null,
      value ${text} not null, locked ${integer} not null, changed_at_ms ${integer} not null,
      changed_by ${text} not null, primary key (registry_id, path, name))${keyed}`,
    'create index scope_settings_by_name on scope_settings (name, registry_id, path)',
    `create table repository_settings (repository_id ${integer} not null, name ${text} not null, value ${text} not null,
      changed_at_ms ${integer} not null, changed_by ${text} not null, primary key (repository_id, name))${keyed}`,
  ]
}

function usageTables({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `alter table repository_blobs add column charged ${integer} not null default 0`,
    `create table repository_usage (repository_id ${integer} not null, shard ${integer} not null,
      images ${integer} not null, bytes ${integer} not null, primary key (repository_id, shard))${keyed}`,
    `create table quota_shares (registry_id ${integer} not null, path ${text} not null, shard ${integer} not null,
      bytes ${integer} not null, images ${integer} not null, primary key (registry_id, path, shard))${keyed}`,
  ]
}

/** Repositories that are deleted and not purged are counted too: they may come back. */
function countUsage(): string[] {
  return [
    `update repository_blobs set charged = 1 where hidden = 0 and exists (
      select 1 from manifest_blobs join manifests on manifests.repository_id = manifest_blobs.repository_id
        and manifests.digest = manifest_blobs.manifest and manifests.deleted_at_ms is null
      where manifest_blobs.blob = repository_blobs.digest
        and manifest_blobs.repository_id = repository_blobs.repository_id)`,
    `insert into repository_usage (repository_id, shard, images, bytes)
      select repository_id, 0, count(*), sum(size_bytes) from manifests where deleted_at_ms is null
      group by repository_id`,
    `update repository_usage set bytes = bytes + coalesce((
      select sum(blobs.size_bytes) from repository_blobs join blobs on blobs.digest = repository_blobs.digest
      where repository_blobs.repository_id = repository_usage.repository_id and repository_blobs.charged = 1), 0)`,
  ]
}
