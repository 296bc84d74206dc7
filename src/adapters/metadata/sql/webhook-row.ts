import type { Selectable } from 'kysely'
import type { NewWebhook, Webhook } from '../../../ports/metadata/webhooks.ts'
import type { Schema } from './schema.ts'

type Row = Selectable<Schema['webhooks']>

export function fromWebhook(webhook: NewWebhook): Omit<Row, 'id'> {
  return {
    registry_id: webhook.registryId,
    name: webhook.name,
    url: webhook.url,
    format: webhook.format,
    pattern: webhook.pattern ?? null,
    sealed_secret: webhook.sealedSecret,
    previous_secret: webhook.previous?.sealedSecret ?? null,
    previous_until_ms: webhook.previous?.untilMs ?? null,
    state: webhook.state,
    created_at_ms: webhook.createdAtMs,
    cursor_sequence: webhook.cursor,
  }
}

export function toWebhook(row: Row): Webhook {
  const { previous_secret: sealedSecret, previous_until_ms: untilMs } = row
  return {
    id: row.id,
    registryId: row.registry_id,
    name: row.name,
    url: row.url,
    format: row.format,
    pattern: row.pattern ?? undefined,
    sealedSecret: row.sealed_secret,
    previous: sealedSecret === null || untilMs === null ? undefined : { sealedSecret, untilMs },
    state: row.state,
    createdAtMs: row.created_at_ms,
    cursor: row.cursor_sequence,
  }
}
