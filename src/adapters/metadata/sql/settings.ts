import { sql } from 'kysely'
import type { NamespacePath } from '../../../core/settings/scope.ts'
import { SETTING_NAMES } from '../../../core/settings/settings.ts'
import type { SettingReads } from '../../../ports/metadata/settings.ts'
import type { SqlConnection } from './connection.ts'
import { INSTALLATION_ID, OWN, scopeKey, toScope, toSettings } from './setting-row.ts'
import { type Parts, statement } from './statement.ts'

const COLUMNS = ['name', 'value', 'changed_at_ms as changedAtMs', 'changed_by as changedBy'] as const

/** One statement for whoever decides by them: each is a round trip of a push. */
const listSettings = statement(
  ({ db, p, dialect }: Parts<{ registryId: number; paths: string; repositoryId: number }>) => {
    const scopes = db
      .selectFrom('scope_settings')
      .select(['registry_id as registryId', 'path', 'locked'])
      .select(COLUMNS)
    const own = db
      .selectFrom('repository_settings')
      .select([sql<number>`1`.as('registryId'), sql<string>`${sql.lit(OWN)}`.as('path'), sql<number>`0`.as('locked')])
      .select(COLUMNS)
      .where('repository_id', '=', p.repositoryId)
    return scopes
      .where('registry_id', '=', sql.lit(INSTALLATION_ID))
      .where('path', '=', sql.lit(''))
      .unionAll(
        scopes.where('registry_id', '=', p.registryId).where(sql<boolean>`path in ${dialect.textList(p.paths)}`),
      )
      .unionAll(own)
  },
)

export const listPaths = statement(({ db, p }: Parts<{ registryId: number; after: string; limit: number }>) =>
  db
    .selectFrom('scope_settings')
    .select(['path', 'name'])
    .where('registry_id', '=', p.registryId)
    .where('path', '>', p.after)
    .orderBy('path')
    .orderBy('name')
    .limit(p.limit),
)

export const listPolicies = statement(({ db, p }: Parts<{ registryId: number }>) =>
  db
    .selectFrom('scope_settings')
    .select(['registry_id as registryId', 'path', 'value'])
    .where('name', '=', sql.lit('repositoryPolicy'))
    .where('registry_id', 'in', [sql.lit(INSTALLATION_ID), p.registryId]),
)

const sums = {
  bytes: sql<number>`cast(coalesce(sum(bytes), 0) as bigint)`,
  images: sql<number>`cast(coalesce(sum(images), 0) as bigint)`,
}

const usageOf = statement(({ db, p }: Parts<{ repositoryId: number }>) =>
  db
    .selectFrom('repository_usage')
    .select([sums.bytes.as('bytes'), sums.images.as('images')])
    .where('repository_id', '=', p.repositoryId),
)

const usageOfAll = statement(({ db }: Parts<Record<never, never>>) =>
  db
    .selectFrom('repositories')
    .innerJoin('repository_usage', 'repository_usage.repository_id', 'repositories.id')
    .select([sums.bytes.as('bytes'), sums.images.as('images')])
    .where('repositories.deleted_at_ms', 'is', null),
)

const usageBetween = statement(({ db, p }: Parts<{ registryId: number; from: string; to: string }>) =>
  db
    .selectFrom('repositories')
    .innerJoin('repository_usage', 'repository_usage.repository_id', 'repositories.id')
    .select([sums.bytes.as('bytes'), sums.images.as('images')])
    .where('repositories.registry_id', '=', p.registryId)
    .where(sql<boolean>`repositories.name >= ${p.from}`)
    .where(sql<boolean>`repositories.name < ${p.to}`)
    .where('repositories.deleted_at_ms', 'is', null),
)

export function settingReads(connection: SqlConnection): SettingReads {
  return {
    async listSettings(registryId, of) {
      const paths = JSON.stringify(['', ...of.namespaces])
      const repositoryId = of.repository?.id ?? 0
      const rows = await connection.all(listSettings, { registryId, paths, repositoryId })
      return toSettings(rows, of)
    },
    async listNamespacesWithSettings(registryId, { after, limit }) {
      const rows = await connection.all(listPaths, {
        registryId,
        after: after ?? '',
        limit: limit * SETTING_NAMES.length,
      })
      const byPath = Map.groupBy(rows, ({ path }) => path)
      const whole = [...byPath].slice(0, limit)
      // Only checked paths are written.
      return whole.map(([path, said]) => ({ path: path as NamespacePath, names: said.map(({ name }) => name) }))
    },
    async listScopePolicies(registryId) {
      const rows = await connection.all(listPolicies, { registryId })
      return rows.map((row) => ({ scope: toScope(row), text: JSON.parse(row.value) }))
    },
    async sumUsage(registryId, scope) {
      const row =
        scope.kind === 'installation'
          ? await connection.first(usageOfAll, {})
          : await connection.first(usageBetween, { registryId, ...rangeOf(scopeKey(registryId, scope).path) })
      return summed(row)
    },
    repositoryUsage: async (repositoryId) => summed(await connection.first(usageOf, { repositoryId })),
  }
}

/** Names that begin so: a slash is followed by a zero in ASCII, and no name has a tilde. */
function rangeOf(path: string): { from: string; to: string } {
  return { from: path, to: path === '' ? '~' : `${path.slice(0, -1)}0` }
}

function summed(row: { bytes: number; images: number } | undefined): { bytes: number; images: number } {
  if (row === undefined) throw new Error('summing gave no row')
  return row
}
