import type { ColumnTypes, Migration } from './migration.ts'

/** Accounts and their identities (docs/adr/0004), and revisions of the policies of repositories and registries. */
export const addIdentities: Migration = {
  version: 2,
  statements: (types) => [...accountTables(types), ...identityTables(types), ...policyRevisions(types)],
}

/** Every account that a registry is of is there from the beginning. */
function accountTables({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table accounts (account_id ${text} not null primary key, name ${text} not null, state ${text} not null,
      created_at_ms ${integer} not null)${keyed}`,
    `create table identity_epochs (account_id ${text} not null primary key, epoch ${integer} not null)${keyed}`,
    `insert into accounts (account_id, name, state, created_at_ms)
      select account_id, '', 'enabled', min(created_at_ms) from registries group by account_id`,
    'insert into identity_epochs (account_id, epoch) select account_id, 1 from accounts',
  ]
}

function identityTables({ integer, text, keyed }: ColumnTypes): string[] {
  return [
    `create table identities (id ${text} not null primary key, account_id ${text} not null, kind ${text} not null,
      name_key ${text} not null, path ${text} not null, owner_id ${text}, created_at_ms ${integer} not null,
      body ${text} not null)`,
    'create unique index identities_by_name on identities (account_id, kind, name_key)',
    `create index identities_by_owner on identities (account_id, kind, owner_id, name_key)
      where owner_id is not null`,
    `create table identity_edges (account_id ${text} not null, from_id ${text} not null, kind ${text} not null,
      name_key ${text} not null, edge ${text} not null, target ${text} not null,
      primary key (from_id, edge, target))${keyed}`,
    `create index identity_edges_by_target on identity_edges
      (account_id, edge, target, kind, name_key, from_id)`,
    `create table key_uses (access_key_id ${text} not null primary key, at_ms ${integer} not null,
      service ${text} not null, region ${text} not null)${keyed}`,
    `create table role_uses (role_id ${text} not null primary key, at_ms ${integer} not null,
      region ${text} not null)${keyed}`,
  ]
}

/** Policies that creation templates have set are the first of their repositories. */
function policyRevisions({ integer, text }: ColumnTypes): string[] {
  return [
    `alter table repositories add column policy_revision ${integer}`,
    `alter table repositories add column policy_revisions_made ${integer} not null default 0`,
    'update repositories set policy_revision = 1, policy_revisions_made = 1 where policy_text is not null',
    `alter table registries add column policy_text ${text}`,
    `alter table registries add column policy_revision ${integer}`,
    `alter table registries add column policy_revisions_made ${integer} not null default 0`,
  ]
}
