import { compileEventPattern } from '../../core/events/event-pattern.ts'
import { Refusal } from '../../core/refusal.ts'
import type { NewWebhook, Webhook } from '../../ports/metadata/webhooks.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { authorize } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { refuseTemporaryMaker } from '../iam/restricted-session.ts'
import { makeWebhookSecret } from './webhook-secret.ts'

/** In one registry: every event is held against each of them. */
const MOST_WEBHOOKS = 100
const DELIVERIES_AT_ONCE = 1000

/** All that is said of a webhook by whoever puts it. */
export type WebhookTerms = Pick<Webhook, 'name' | 'url' | 'format' | 'pattern' | 'state'>

/**
 * Makes a webhook, or replaces what is said of the one with that name, which keeps its secret. One that is enabled takes
 * what happens from now on; what still waits goes on at once.
 *
 * @returns the secret of a webhook that was just made, which is shown this once
 * @throws {Refusal} `parameter-invalid` for the address or the pattern; `limit-exceeded`; `denied` to whoever may not read
 *   all that it would be sent
 */
export async function putWebhook(
  services: Services,
  caller: Caller,
  terms: WebhookTerms,
): Promise<{ readonly webhook: Webhook; readonly secret: string | undefined }> {
  services.receivers.checkAddress(terms.url)
  if (terms.pattern !== undefined) compileEventPattern(terms.pattern)
  await mayTellOthers(services, caller)
  const registryId = caller.registry.id
  const made = makeWebhookSecret(services, { registryId, name: terms.name })
  const put = await services.metadata.transact(async (transaction) => {
    const found = await transaction.lockWebhook(registryId, terms.name)
    if (found !== undefined) return { webhook: await replace(services, transaction, found, terms), secret: undefined }
    const webhook = await insert(services, transaction, { ...terms, registryId, sealedSecret: made.sealedSecret })
    return { webhook, secret: made.secret }
  })
  services.eventHub.tellDue()
  return put
}

async function insert(
  services: Services,
  transaction: MetadataTransaction,
  terms: Omit<NewWebhook, 'previous' | 'createdAtMs' | 'cursor'>,
): Promise<Webhook> {
  if ((await transaction.countWebhooks(terms.registryId)) >= MOST_WEBHOOKS) {
    throw new Refusal('limit-exceeded', `There are ${MOST_WEBHOOKS} webhooks, the most that a registry may have.`)
  }
  const cursor = await transaction.findEventHead()
  const createdAtMs = services.clock.nowMs()
  const webhook = await transaction.insertWebhook({ ...terms, previous: undefined, createdAtMs, cursor })
  if (webhook !== undefined) return webhook
  throw new Refusal('entity-exists', `Somebody has just made the webhook ${terms.name}; put it again to change it.`)
}

async function replace(
  services: Services,
  transaction: MetadataTransaction,
  found: Webhook,
  terms: WebhookTerms,
): Promise<Webhook> {
  const wasEnabled = found.state === 'enabled' || terms.state === 'disabled'
  const cursor = wasEnabled ? found.cursor : await transaction.findEventHead()
  const webhook = { ...found, ...terms, cursor }
  await transaction.updateWebhook(webhook)
  await transaction.rescheduleLines(webhook.id, services.clock.nowMs())
  return webhook
}

/** What is put outlasts a session, and tells whoever has the address everything that happens in the registry. */
async function mayTellOthers(services: Services, caller: Caller): Promise<void> {
  refuseTemporaryMaker(caller)
  await authorize(services, caller, { action: 'lading:ReadEvents', resource: '*', repository: undefined })
}

/**
 * Gives a webhook another secret; the one before signs too until `previousForMs` have passed.
 *
 * @returns the secret, which is shown this once
 * @throws {Refusal} `entity-unknown`; `denied` as `putWebhook`
 */
export async function rotateWebhookSecret(
  services: Services,
  caller: Caller,
  { name, previousForMs }: { readonly name: string; readonly previousForMs: number },
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  await mayTellOthers(services, caller)
  const { secret, sealedSecret } = makeWebhookSecret(services, { registryId: caller.registry.id, name })
  return await services.metadata.transact(async (transaction) => {
    const found = await transaction.lockWebhook(caller.registry.id, name)
    if (found === undefined) throw webhookUnknown(name)
    const untilMs = services.clock.nowMs() + previousForMs
    const previous = previousForMs === 0 ? undefined : { sealedSecret: found.sealedSecret, untilMs }
    const webhook = { ...found, sealedSecret, previous }
    await transaction.updateWebhook(webhook)
    return { webhook, secret }
  })
}

/**
 * Deletes a webhook, and then what was on its way to it: cut off in between, that goes with its events.
 *
 * @throws {Refusal} `entity-unknown`
 */
export async function deleteWebhook({ metadata }: Services, caller: Caller, name: string): Promise<void> {
  const webhookId = await metadata.transact(async (transaction) => {
    const found = await transaction.lockWebhook(caller.registry.id, name)
    if (found === undefined) throw webhookUnknown(name)
    await transaction.deleteWebhook(found.id)
    return found.id
  })
  const deleteSome = () => metadata.transact((one) => one.deleteDeliveries(webhookId, DELIVERIES_AT_ONCE))
  while ((await deleteSome()) === DELIVERIES_AT_ONCE);
}

/** @throws {Refusal} `entity-unknown` */
export async function getWebhook({ metadata }: Services, caller: Caller, name: string): Promise<Webhook> {
  const found = await metadata.findWebhook(caller.registry.id, name)
  if (found === undefined) throw webhookUnknown(name)
  return found
}

function webhookUnknown(name: string): Refusal {
  return new Refusal('entity-unknown', `There is no webhook called ${name}.`)
}
