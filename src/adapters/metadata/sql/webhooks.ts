import type { WebhookChanges, WebhookReads } from '../../../ports/metadata/webhooks.ts'
import type { SqlConnection } from './connection.ts'
import { deliveryReads, deliveryWrites } from './deliveries.ts'
import { type Parts, statement } from './statement.ts'
import { fromWebhook, toWebhook } from './webhook-row.ts'

type Named = { registryId: number; name: string }
type Row = ReturnType<typeof fromWebhook>

const findByName = statement(({ db, p }: Parts<Named>) =>
  db.selectFrom('webhooks').selectAll().where('registry_id', '=', p.registryId).where('name', '=', p.name),
)

const findById = statement(({ db, p }: Parts<{ id: number }>) =>
  db.selectFrom('webhooks').selectAll().where('id', '=', p.id),
)

const lockByName = statement(({ db, p, dialect }: Parts<Named>) =>
  db
    .selectFrom('webhooks')
    .selectAll()
    .where('registry_id', '=', p.registryId)
    .where('name', '=', p.name)
    .modifyEnd(dialect.lock('update')),
)

/** As names go, so that no two who lock several wait for each other. */
const lockEnabled = statement(({ db, p, dialect }: Parts<{ registryId: number }>) =>
  db
    .selectFrom('webhooks')
    .selectAll()
    .where('registry_id', '=', p.registryId)
    .where('state', '=', 'enabled')
    .orderBy('name')
    .modifyEnd(dialect.lock('key share')),
)

export const listWebhooks = statement(({ db, p }: Parts<{ registryId: number; after: string; limit: number }>) =>
  db
    .selectFrom('webhooks')
    .selectAll()
    .where('registry_id', '=', p.registryId)
    .where('name', '>', p.after)
    .orderBy('name')
    .limit(p.limit),
)

const countWebhooks = statement(({ db, p }: Parts<{ registryId: number }>) =>
  db
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('registry_id', '=', p.registryId),
)

const insertWebhook = statement(({ db, p }: Parts<Row>) =>
  db
    .insertInto('webhooks')
    .values({ ...columnsOf(p), registry_id: p.registry_id, name: p.name, created_at_ms: p.created_at_ms })
    .onConflict((conflict) => conflict.doNothing()),
)

const updateWebhook = statement(({ db, p }: Parts<Row & { id: number }>) =>
  db.updateTable('webhooks').set(columnsOf(p)).where('id', '=', p.id),
)

/** What can change. */
function columnsOf(p: Row) {
  return {
    url: p.url,
    format: p.format,
    pattern: p.pattern,
    sealed_secret: p.sealed_secret,
    previous_secret: p.previous_secret,
    previous_until_ms: p.previous_until_ms,
    state: p.state,
    cursor_sequence: p.cursor_sequence,
  }
}

const deleteWebhook = statement(({ db, p }: Parts<{ id: number }>) => db.deleteFrom('webhooks').where('id', '=', p.id))

export function webhookReads(connection: SqlConnection): WebhookReads {
  return {
    ...deliveryReads(connection),
    async findWebhook(registryId, name) {
      const row = await connection.first(findByName, { registryId, name })
      return row && toWebhook(row)
    },
    async findWebhookById(id) {
      const row = await connection.first(findById, { id })
      return row && toWebhook(row)
    },
    async listWebhooks(registryId, { after = '', limit }) {
      const rows = await connection.all(listWebhooks, { registryId, after, limit })
      return rows.map(toWebhook)
    },
    async countWebhooks(registryId) {
      return (await connection.first(countWebhooks, { registryId }))?.count ?? 0
    },
  }
}

export function webhookWrites(connection: SqlConnection): WebhookChanges {
  const { deleteLines, ...deliveries } = deliveryWrites(connection)
  return {
    ...deliveries,
    async insertWebhook(webhook) {
      if ((await connection.run(insertWebhook, fromWebhook(webhook))) === 0) return undefined
      const { registryId, name } = webhook
      const row = await connection.first(findByName, { registryId, name })
      return row && toWebhook(row)
    },
    async lockWebhook(registryId, name) {
      const row = await connection.first(lockByName, { registryId, name })
      return row && toWebhook(row)
    },
    async updateWebhook(webhook) {
      await connection.run(updateWebhook, { ...fromWebhook(webhook), id: webhook.id })
    },
    async deleteWebhook(id) {
      await connection.run(deleteWebhook, { id })
      await deleteLines(id)
    },
    async lockEnabledWebhooks(registryId) {
      const rows = await connection.all(lockEnabled, { registryId })
      return rows.map(toWebhook)
    },
  }
}
