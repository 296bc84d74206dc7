import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { digest, manifest, newRepository } from '../../../../test/contracts/metadata-store-fixture.ts'
import type { Repository } from '../../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import {
  findAccountToSeal,
  findCheckpoint,
  listCheckpoints,
  listSealed,
  lookUpAll,
  lookUpBy,
  lookUpByReadOnly,
} from '../sql/audit.ts'
import { deleteThrough, listUnsealed } from '../sql/audit-writes.ts'
import { listBlobsToVerify, listDamagedBlobs } from '../sql/blobs.ts'
import { listDueCandidates } from '../sql/candidates.ts'
import type { SqlConnection } from '../sql/connection.ts'
import {
  countManifests,
  listBlobHoldings,
  listBlobReferences,
  listHoldingsOfRepository,
  weighRemovals,
} from '../sql/costs.ts'
import { drop, listDead, replay } from '../sql/dead-letters.ts'
import { listPending } from '../sql/deliveries.ts'
import { listDue } from '../sql/delivery-lines.ts'
import { listSequenced, listSequencedOf, listUnsequenced } from '../sql/events.ts'
import { countIdentities, listIdentities } from '../sql/identity-lists.ts'
import { findLocks } from '../sql/image-locks.ts'
import { listImageIds, listManifests } from '../sql/images.ts'
import { listReferrers } from '../sql/manifests.ts'
import { metadataTransaction } from '../sql/metadata-transaction.ts'
import { findItems, updateItems } from '../sql/plans.ts'
import { setShares } from '../sql/quota-shares.ts'
import { listDueRemovals } from '../sql/removals.ts'
import { listRepositories, listRepositoryNames } from '../sql/repositories.ts'
import { NOBODY_WAITS } from '../sql/scarce-quotas.ts'
import { listPaths, listPolicies } from '../sql/settings.ts'
import { sqlBuilder } from '../sql/sql-builder.ts'
import { compile, type Statement, type Values } from '../sql/statement.ts'
import { findAt, listAt, listChanged, listPeriods } from '../sql/tag-memory.ts'
import { listTagStates, listTags } from '../sql/tags.ts'
import { noNotes } from '../sql/transaction-notes.ts'
import { listExpiredUploads } from '../sql/uploads.ts'
import { listWebhooks } from '../sql/webhooks.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { sqliteLocks, sqliteReads } from './sqlite-engine.ts'

const database = new Database(':memory:')
migrateSqlite(new SqliteConnection(database))
afterAll(() => database.close())

function planOf(statement: Pick<Statement<never, unknown>, 'build'>): string[] {
  const { sql } = compile(statement, sqlBuilder('sqlite'), sqliteDialect)
  return database
    .query<{ detail: string }, []>(`explain query plan ${sql}`)
    .all()
    .map((row) => row.detail)
}

/** Every page walks an index from where the last one ended, and stops: it never sorts, and never reads a table. */
const PAGES: Record<string, { statement: Statement<never, unknown>; index: string }> = {
  listTags: { statement: listTags, index: 'tags_live (repository_id=? AND tag>?)' },
  listTagStates: { statement: listTagStates, index: 'tags_live (repository_id=? AND tag>?)' },
  'listTagStates, of each its history': { statement: listTagStates, index: 'tags_history (repository_id=? AND tag=?' },
  listRepositories: {
    statement: listRepositories,
    index: 'repositories_live (registry_id=? AND name>?)',
  },
  listRepositoryNames: {
    statement: listRepositoryNames,
    index: 'repositories_live (registry_id=? AND name>?)',
  },
  'listImageIds TAGGED': {
    statement: listImageIds.any.TAGGED,
    index: 'tags_live_by_digest (repository_id=? AND (digest,tag)>(?,?))',
  },
  'listImageIds UNTAGGED': {
    statement: listImageIds.any.UNTAGGED,
    index: 'manifests_untagged (repository_id=? AND digest>?)',
  },
  'listManifests TAGGED': {
    statement: listManifests.any.TAGGED,
    index: 'manifests_tagged (repository_id=? AND digest>?)',
  },
  'listManifests UNTAGGED': {
    statement: listManifests.any.UNTAGGED,
    index: 'manifests_untagged (repository_id=? AND digest>?)',
  },
  'listReferrers of any type': {
    statement: listReferrers.ofAnyType,
    index: 'manifests_by_subject (repository_id=? AND subject=? AND digest>?)',
  },
  'listReferrers of types': {
    statement: listReferrers.ofTypes,
    index: 'manifests_by_subject (repository_id=? AND subject=? AND digest>?)',
  },
  listIdentities: {
    statement: listIdentities({}),
    index: 'identities_by_name (account_id=? AND kind=? AND name_key>?)',
  },
  'listIdentities of an owner': {
    statement: listIdentities({ ownerId: 'AIDA1' }),
    index: 'identities_by_owner (account_id=? AND kind=? AND owner_id=? AND name_key>?)',
  },
  'listIdentities of a group': {
    statement: listIdentities({ groupId: 'AGPA1', pathPrefix: '/' }),
    index: 'identity_edges_by_target (account_id=? AND edge=? AND target=? AND kind=? AND name_key>?)',
  },
  'listIdentities with a policy and a boundary': {
    statement: listIdentities({ attachedPolicy: 'arn', boundaryArn: 'arn' }),
    index: 'identity_edges_by_target (account_id=? AND edge=? AND target=? AND kind=? AND name_key>?)',
  },
  'countIdentities with a policy': {
    statement: countIdentities({ attachedPolicy: 'arn' }),
    index: 'identity_edges_by_target (account_id=? AND edge=? AND target=? AND kind=?)',
  },
  listExpiredUploads: { statement: listExpiredUploads, index: 'uploads_by_expiry (expires_at_ms<?)' },
  listDueCandidates: { statement: listDueCandidates, index: 'candidates_by_due' },
  listDueRemovals: { statement: listDueRemovals, index: 'removals_by_due (due_at_ms<?)' },
  listDamagedBlobs: { statement: listDamagedBlobs, index: 'blobs_damaged (digest>?)' },
  listBlobsToVerify: { statement: listBlobsToVerify, index: 'blobs_to_verify' },
  findAccountToSeal: { statement: findAccountToSeal, index: 'audit_unsealed (account_id>?)' },
  listUnsealed: { statement: listUnsealed, index: 'audit_unsealed (account_id=?)' },
  listSealed: { statement: listSealed, index: 'audit_by_sequence (account_id=? AND sequence>?)' },
  deleteThrough: { statement: deleteThrough, index: 'audit_by_sequence (account_id=? AND sequence<?)' },
  listCheckpoints: { statement: listCheckpoints, index: 'PRIMARY KEY (account_id=? AND sequence>?)' },
  'findCheckpoint by sequence': {
    statement: findCheckpoint.bySequence,
    index: 'PRIMARY KEY (account_id=? AND sequence<?)',
  },
  'findCheckpoint by time': {
    statement: findCheckpoint.byTime,
    index: 'audit_checkpoints_by_time (account_id=? AND at_ms<?)',
  },
  listUnsequenced: { statement: listUnsequenced, index: 'events_unsequenced' },
  listSequenced: { statement: listSequenced, index: 'events_by_audience (audience_id=? AND sequence>?)' },
  listSequencedOf: {
    statement: listSequencedOf,
    index: 'events_by_repository (audience_id=? AND repository_name=? AND sequence>?)',
  },
  listWebhooks: { statement: listWebhooks, index: 'webhooks_by_name (registry_id=? AND name>?)' },
  listDue: { statement: listDue, index: 'delivery_lines_by_due (due_at_ms<?)' },
  listDead: { statement: listDead, index: 'deliveries_dead (webhook_id=? AND sequence>?)' },
  lookUpAll: { statement: lookUpAll, index: 'audit_by_time (account_id=? AND at_ms>? AND at_ms<?)' },
  lookUpByReadOnly: { statement: lookUpByReadOnly, index: 'audit_by_read_only (account_id=? AND read_only=? AND' },
  'lookUpBy eventName': {
    statement: lookUpBy.eventName,
    index: 'audit_by_event_name (account_id=? AND event_name=? AND',
  },
  'lookUpBy eventSource': {
    statement: lookUpBy.eventSource,
    index: 'audit_by_event_source (account_id=? AND event_source=? AND',
  },
  'lookUpBy username': { statement: lookUpBy.username, index: 'audit_by_username (account_id=? AND username=? AND' },
  'lookUpBy accessKeyId': {
    statement: lookUpBy.accessKeyId,
    index: 'audit_by_access_key_id (account_id=? AND access_key_id=? AND',
  },
  'lookUpBy resourceType': {
    statement: lookUpBy.resourceType,
    index: 'audit_by_resource_type (account_id=? AND resource_type=? AND',
  },
  'lookUpBy resourceName': {
    statement: lookUpBy.resourceName,
    index: 'audit_by_resource_name (account_id=? AND resource_name=? AND',
  },
  listNamespacesWithSettings: { statement: listPaths, index: 'PRIMARY KEY (registry_id=? AND path>?)' },
  listScopePolicies: { statement: listPolicies, index: 'scope_settings_by_name (name=? AND registry_id=?)' },
  'lookUpBy eventId': { statement: lookUpBy.eventId, index: 'audit_by_event_id (account_id=? AND event_id=?)' },
}

for (const [name, { statement, index }] of Object.entries(PAGES)) {
  test(`${name} reads a page from its index alone`, () => {
    const plan = planOf(statement)
    expect(plan.join('\n')).toContain(index)
    // A manifest's own tags, `live`, are scanned as a subquery, which the index gives; `json_each` is a parameter.
    expect(plan.filter((step) => step.includes('TEMP B-TREE FOR ORDER BY'))).toEqual([])
    expect(
      plan.filter((step) =>
        /^SCAN (?!live$|json_each |.*USING .*INDEX (?:blobs_to_verify|events_unsequenced))/.test(step),
      ),
    ).toEqual([])
  })
}

/** Two walks, one per status, are merged: what is sorted is never more than two pages of names. */
for (const [name, statement] of [
  ['listImageIds ANY', listImageIds.any.ANY],
  ['listManifests ANY', listManifests.any.ANY],
] as const) {
  test(`${name} reads a page from each of two indexes`, () => {
    const plan = planOf(statement).join('\n')
    expect(plan).toMatch(/SEARCH (?:tags|manifests) USING (?:COVERING )?INDEX (?:tags_live_by_digest|manifests_tagged)/)
    expect(plan).toMatch(/SEARCH manifests USING (?:COVERING )?INDEX manifests_untagged/)
    expect(plan).not.toMatch(/SCAN (?:tags|manifests)\b/)
    if (name === 'listManifests ANY') expect(plan).not.toContain('TEMP B-TREE')
  })
}

/** Each page walks one index, looks the rest up row by row, and stops; it sorts nothing, however many blobs there are. */
for (const [name, { statement, index }] of Object.entries({
  listBlobHoldings: { statement: listBlobHoldings, index: 'sqlite_autoindex_blobs_1 (digest>?)' },
  listHoldingsOfRepository: {
    statement: listHoldingsOfRepository,
    index: 'SEARCH mine USING PRIMARY KEY (repository_id=? AND digest>?)',
  },
  listBlobReferences: {
    statement: listBlobReferences,
    index: 'manifest_blobs_by_blob (blob=? AND repository_id=? AND manifest>?)',
  },
  countManifests: { statement: countManifests, index: '((repository_id,digest)>(?,?))' },
  weighRemovals: { statement: weighRemovals, index: '(location>?)' },
})) {
  test(`${name} reads a page of what storage is used for from an index`, () => {
    const plan = planOf(statement)
    expect(plan.find((step) => step.startsWith('SEARCH'))).toContain(index)
    // What was read by an index and has a limit is walked from end to end.
    expect(plan.filter((step) => /TEMP B-TREE|^SCAN (?!page$|refs$)/.test(step))).toEqual([])
  })
}

/** What is live and what is closed have an index each, and a page of each is sorted, never more. */
for (const [name, { statement, indexes }] of Object.entries({
  'listPeriods of a tag': {
    statement: listPeriods,
    indexes: ['tags_live (repository_id=? AND tag=?)', 'tags_history (repository_id=? AND tag=? AND until_ms>?'],
  },
  'findAt of a tag': {
    statement: findAt,
    indexes: ['tags_live (repository_id=? AND tag=?)', 'tags_history (repository_id=? AND tag=? AND until_ms>?)'],
  },
  listAt: {
    statement: listAt,
    indexes: ['tags_live (repository_id=? AND tag>?)', 'tags_history (repository_id=? AND tag>?)'],
  },
  listChanged: {
    statement: listChanged,
    indexes: ['tags_live (repository_id=? AND tag>?)', 'tags_history (repository_id=? AND tag>?)'],
  },
})) {
  test(`${name} reads what tags were from two indexes`, () => {
    const plan = planOf(statement)
    for (const index of indexes) expect(plan.join('\n')).toContain(index)
    expect(plan.filter((step) => /^SCAN (?!live$|closed$|both$)/.test(step))).toEqual([])
  })
}

test('listPending passes over no dead letters', () => {
  const plan = planOf(listPending)
  expect(plan.join('\n')).toContain('INDEX deliveries_pending (webhook_id=? AND repository_id=?)')
  expect(plan.filter((step) => /TEMP B-TREE|^SCAN (?!page$)/.test(step))).toEqual([])
})

/** Never the rest of the plan, the repository, the webhook or the quota. */
for (const [name, { statement, index }] of Object.entries({
  findItems: { statement: findItems, index: 'PRIMARY KEY (plan_id=? AND position=?)' },
  'findItems by digest': { statement: findItems, index: 'INDEX plan_items_by_digest (plan_id=? AND digest=?)' },
  findLocks: { statement: findLocks, index: 'PRIMARY KEY (repository_id=? AND kind=? AND name=?)' },
  replay: { statement: replay, index: 'INDEX deliveries_by_sequence (sequence=? AND webhook_id=?)' },
  drop: { statement: drop, index: 'INDEX deliveries_by_sequence (sequence=? AND webhook_id=?)' },
  setShares: { statement: setShares, index: 'PRIMARY KEY (registry_id=? AND path=? AND shard=?)' },
})) {
  test(`${name} looks up each row that it is given`, () => {
    const plan = planOf(statement)
    expect(plan.join('\n')).toContain(index)
    expect(plan.filter((step) => /TEMP B-TREE|^SCAN (?!json_each )/.test(step))).toEqual([])
  })
}

test('what became of items of a plan is written down by their places, whatever the length of the plan', () => {
  const plan = planOf(updateItems)
  expect(plan.find((step) => step.startsWith('SEARCH'))).toBe(
    'SEARCH plan_items USING PRIMARY KEY (plan_id=? AND position=?)',
  )
  expect(plan.filter((step) => /^SCAN (?!json_each )/.test(step))).toEqual([])
})

test('a purge finds the rows of every page by an index', async () => {
  const plans: string[] = []
  const connection = new SqliteConnection(database)
  const explained = <V extends Values, Row>(statement: Statement<V, Row>): Statement<V, Row> => {
    plans.push(...planOf(statement))
    return statement
  }
  const explaining: SqlConnection = {
    all: (statement, values) => connection.all(explained(statement), values),
    first: (statement, values) => connection.first(explained(statement), values),
    run: (statement, values) => connection.run(explained(statement), values),
  }
  const engine = { ...sqliteReads(explaining), ...sqliteLocks(explaining) }
  const transaction = metadataTransaction(explaining, engine, { notes: noNotes(), scarce: NOBODY_WAITS })
  const { id } = await fillRepository(transaction)
  plans.length = 0
  await transaction.deleteRepository(id, 5, 6)
  await transaction.weighManifests(id, { limit: 10 })
  await transaction.weighBlobs(id, { limit: 10 })
  expect((await transaction.purgeRepository(id, { limit: 100, blobsDueAtMs: 9 })).state).toBe('purged')
  expect(plans.length).toBeGreaterThan(20)
  // A list that we give, and a page that was read by an index, are walked from end to end.
  expect(plans.filter((step) => /^SCAN (?!json_each|page)/.test(step))).toEqual([])
})

async function fillRepository(transaction: MetadataTransaction): Promise<Repository> {
  const registry = await transaction.ensureRegistry('000000000000', 'us-east-1', 1)
  const repository = await transaction.insertRepository(newRepository(registry, 'team/app'))
  if (repository === undefined) throw new Error('the repository exists')
  await transaction.putManifest(repository.id, manifest('m', { blobs: [digest('layer')] }))
  await transaction.linkBlob(repository.id, digest('layer'), 5)
  return repository
}
