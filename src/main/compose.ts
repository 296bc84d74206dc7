import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openFilesystemBlobStore } from '../adapters/blobs/filesystem-blob-store.ts'
import { openInstallationKey } from '../adapters/credentials/installation-key-file.ts'
import { RootCredentials } from '../adapters/credentials/root-credentials.ts'
import { openRootKey, type RootKey } from '../adapters/credentials/root-key-file.ts'
import { FencedFetch } from '../adapters/http/fenced-fetch.ts'
import { FencedPost } from '../adapters/http/fenced-post.ts'
import { openPostgresMetadataStore } from '../adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { openSqliteMetadataStore } from '../adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { RandomIds } from '../adapters/random-ids.ts'
import { SystemClock } from '../adapters/system-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { CreationTemplate } from '../ports/metadata/creation-templates.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { AnswerRoom } from '../services/answer-room.ts'
import { AuditTrail } from '../services/audit/audit-trail.ts'
import { BackgroundWork } from '../services/background-work.ts'
import { BlobCache } from '../services/blob-cache.ts'
import { BodyRoom } from '../services/body-room.ts'
import { DEFAULT_LIMITS, type Limits, type Services } from '../services/context.ts'
import { CostMemory } from '../services/costs/cost-memory.ts'
import { EventHub } from '../services/events/event-hub.ts'
import { Directory } from '../services/identity/directory.ts'
import { InstallationKeys } from '../services/identity/installation-keys.ts'
import { RepositoryPolicies } from '../services/identity/repository-policies.ts'
import { UseRecorder } from '../services/identity/use-recorder.ts'
import { LoginCache } from '../services/login-cache.ts'
import { ProviderKeys } from '../services/oidc/provider-keys.ts'
import type { ProviderKeysEvent } from '../services/oidc/provider-keys-event.ts'
import { PullRecorder } from '../services/pull-recorder.ts'
import { tieStores } from '../services/tie-stores.ts'
import type { Config } from './config.ts'
import { openDataFolder, resolveLink } from './data-folder.ts'
import { lockData } from './data-lock.ts'
import { databaseProblem } from './database-problem.ts'

const BLOB_CACHE_BYTES = 32 * 1024 * 1024
/** The largest call, `UploadLayerPart`, is 28 MiB. */
const BODY_ROOM_BYTES = 256 * 1024 * 1024
const ANSWER_ROOM_BYTES = 64 * 1024 * 1024
/** What paces are measured by: a clock that is set must not look like a client that stands still. */
const monotonicMs = () => performance.now()

const NEW_KEY = 'there was no root key, so a new one was made; logins and tokens of an earlier one are no longer good'
const LOST_METADATA =
  'there are blobs here already, but the database is new: this registry is empty. Was it not to be, then stop it, and restore the database from a backup or correct LADING_DATA and LADING_DATABASE_URL'

/** A registry with everything under it open. */
export interface Installation extends AsyncDisposable {
  readonly services: Services
  readonly rootKey: RootKey
  /** Where the root key is kept; undefined when the settings gave it. */
  readonly rootKeyFile: string | undefined
  /** Whether this start made the registry. */
  readonly isFirstStart: boolean
}

/**
 * Opens what the settings name, and makes what is not there yet. Disposing closes it all, in the reverse order.
 *
 * @throws {Error} with a message for the operator when the data cannot be used
 */
export async function openInstallation(config: Config, log: Log): Promise<Installation> {
  await using opening = new AsyncDisposableStack()
  await openDataFolder(config.dataFolder, log)
  opening.use(lockData(join(config.dataFolder, 'lock')))
  const { rootKey, rootKeyFile, isNew } = await findRootKey(config, log)
  const blobsFolder = join(config.dataFolder, 'blobs')
  const blobs = await openFilesystemBlobStore({ root: blobsFolder })
  const metadata = await openMetadata(config, log)
  opening.defer(() => metadata.close())
  const ids = new RandomIds()
  const { installationId, isMetadataLost } = await tieStores({ metadata, blobs, ids }, blobsFolder)
  if (isMetadataLost) log.write('warn', LOST_METADATA, { blobs: blobsFolder })
  const clock = new SystemClock()
  const keys = await openKeys(config, metadata, log)
  const { registry, isFirstStart } = await findRegistry(metadata, config, clock.nowMs())
  if (isFirstStart) await warnOfOthers(metadata, registry, log)
  if (isNew && !isFirstStart) log.write('warn', NEW_KEY, { path: rootKeyFile })
  if (config.createOnPush) await warnOfMissingTemplate(metadata, registry, log)
  const logins = new LoginCache()
  const directory = new Directory({ metadata, region: registry.region, monotonicMs })
  directory.onChange(() => logins.clear())
  await directory.refresh()
  const audit = new AuditTrail(
    { metadata, clock, ids },
    { region: registry.region, failed: (error) => log.write('error', 'the audit trail cannot be written', { error }) },
  )
  const background = new BackgroundWork((work, error) =>
    log.write('error', 'work in the background failed', { work, error }),
  )
  opening.defer(() => background.stop())
  const services: Services = {
    metadata,
    blobs,
    blobCache: new BlobCache(BLOB_CACHE_BYTES),
    bodyRoom: new BodyRoom(BODY_ROOM_BYTES, monotonicMs),
    answerRoom: new AnswerRoom(ANSWER_ROOM_BYTES, monotonicMs),
    logins,
    directory,
    audit,
    background,
    costs: new CostMemory({ metadata, blobs, clock }),
    eventHub: new EventHub(),
    receivers: receivers(config),
    providerKeys: providerKeys(config, clock, log),
    repositoryPolicies: new RepositoryPolicies(metadata),
    keys,
    installationId,
    pulls: new PullRecorder(metadata, clock),
    uses: new UseRecorder({ metadata, clock }, registry.region),
    credentials: new RootCredentials(config.accountId, rootKey),
    clock,
    ids,
    limits: limitsOf(config),
    defaultRegistry: registry,
  }
  const opened = opening.move()
  return { services, rootKey, rootKeyFile, isFirstStart, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

interface FoundRootKey {
  readonly rootKey: RootKey
  readonly rootKeyFile: string | undefined
  /** Whether this start made it. */
  readonly isNew: boolean
}

async function findRootKey(config: Config, log: Log): Promise<FoundRootKey> {
  const path = join(config.dataFolder, 'root-credentials.json')
  if (config.rootKey !== undefined) {
    if (existsSync(path))
      log.write('warn', 'the settings have the root key, so the one in this file is not good', { path })
    return { rootKey: config.rootKey, rootKeyFile: undefined, isNew: false }
  }
  const { wasExposed, wasMade, ...rootKey } = await openRootKey(path)
  if (wasExposed) log.write('warn', 'the root key file could be read by others; its mode is 0600 now', { path })
  return { rootKey, rootKeyFile: path, isNew: wasMade }
}

async function openMetadata(config: Config, log: Log): Promise<MetadataStore> {
  const path = join(config.dataFolder, 'metadata.db')
  if (config.databaseUrl === undefined) return await openSqliteMetadataStore({ path: await resolveLink(path) })
  if (existsSync(path)) log.write('warn', 'LADING_DATABASE_URL is set, so this database is not used', { path })
  try {
    return await openPostgresMetadataStore({ url: config.databaseUrl })
  } catch (error) {
    throw databaseProblem(config.databaseUrl, error)
  }
}

async function findRegistry(
  metadata: MetadataStore,
  config: Config,
  nowMs: number,
): Promise<{ registry: Registry; isFirstStart: boolean }> {
  const found = await metadata.findRegistry(config.accountId, config.region)
  if (found !== undefined) return { registry: found, isFirstStart: false }
  const registry = await metadata.transact(async (transaction) => {
    const made = await transaction.ensureRegistry(config.accountId, config.region, nowMs)
    if (config.createOnPush) await transaction.putCreationTemplate(made.id, openTemplate(nowMs))
    return made
  })
  return { registry, isFirstStart: true }
}

/** The account or the region may have been changed by mistake, and then it looks as if everything were gone. */
async function warnOfOthers(metadata: MetadataStore, made: Registry, log: Log): Promise<void> {
  const others = (await metadata.listRegistries()).filter(({ id }) => id !== made.id)
  if (others.length === 0) return
  log.write(
    'warn',
    'this start made an empty registry beside what this data holds already: LADING_ACCOUNT and LADING_REGION say which is served',
    {
      made: nameOf(made),
      others: others.map(nameOf),
    },
  )
}

const nameOf = ({ accountId, region }: Registry) => `${accountId}/${region}`

async function warnOfMissingTemplate(metadata: MetadataStore, registry: Registry, log: Log): Promise<void> {
  const template = await metadata.findCreationTemplate(registry.id, 'ROOT')
  if (template?.appliedFor.includes('CREATE_ON_PUSH')) return
  const command =
    'aws --endpoint-url <address of this registry> ecr create-repository-creation-template --prefix ROOT --applied-for CREATE_ON_PUSH'
  log.write('warn', 'LADING_CREATE_ON_PUSH makes its template at the first start only; now it takes this command', {
    command: template === undefined ? command : command.replace('create-repo', 'update-repo'),
  })
}

/** What opens every name to creation by a push (ecr.md, repository creation templates). */
function openTemplate(nowMs: number): CreationTemplate {
  return {
    prefix: 'ROOT',
    description: 'Made at the first start, because LADING_CREATE_ON_PUSH is true.',
    appliedFor: ['CREATE_ON_PUSH'],
    resourceTags: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
}

function limitsOf(config: Config): Limits {
  return {
    ...DEFAULT_LIMITS,
    blobLeaseMs: config.blobLeaseMs,
    restoreWindowMs: config.restoreWindowMs,
    removalDelayMs: config.removalDelayMs,
    uploadExpiryMs: config.uploadExpiryMs,
    sparseRepositories: config.sparseRepositories,
  }
}

function receivers(config: Config): FencedPost {
  return new FencedPost({
    allowedHosts: config.webhookAllowedHosts,
    timeoutMs: config.webhookTimeoutMs,
    ...(config.webhookCa !== undefined && { ca: config.webhookCa }),
  })
}

/** Issuers that cannot be reached are said once in a while: their tokens come with every pull. */
function providerKeys(config: Config, clock: Clock, log: Log): ProviderKeys {
  const documents = new FencedFetch({
    allowedHosts: config.oidcAllowedHosts,
    ...(config.oidcCa !== undefined && { ca: config.oidcCa }),
  })
  const observe = (event: ProviderKeysEvent): void => {
    const { kind, issuer } = event
    if (kind === 'failed')
      log.write('warn', 'keys of an identity provider could not be fetched', { issuer, error: event.error })
    if (kind === 'served-stale')
      log.write('warn', 'old keys of an identity provider are used', { issuer, ageMs: event.ageMs })
  }
  return new ProviderKeys({ documents, clock, observe })
}

/**
 * Without the key that they were made with nobody could log in any more, and a new key would look as if that were so
 * for no reason: the metadata knows which one it was.
 */
async function openKeys(config: Config, metadata: MetadataStore, log: Log): Promise<InstallationKeys> {
  const path = join(config.dataFolder, 'installation-key.json')
  const recorded = await metadata.findInstallationKey()
  if (config.installationKeys === undefined && recorded !== undefined && !existsSync(path)) {
    throw new Error(
      `the installation's key is not in ${path}; restore it from a backup, or set LADING_INSTALLATION_KEY.`,
    )
  }
  const keys = new InstallationKeys(config.installationKeys ?? (await readKeyFile(path, log)))
  if (recorded !== undefined && !keys.has(recorded)) {
    const place = config.installationKeys === undefined ? path : 'LADING_INSTALLATION_KEY'
    throw new Error(`the data was written with installation key ${recorded}, which is not among those in ${place}.`)
  }
  const { currentId } = keys
  if (recorded !== currentId) await metadata.transact((transaction) => transaction.setInstallationKey(currentId))
  return keys
}

async function readKeyFile(path: string, log: Log): Promise<readonly Uint8Array[]> {
  const { keys, wasExposed } = await openInstallationKey(path)
  if (wasExposed) log.write('warn', 'the installation key file could be read by others; its mode is 0600 now', { path })
  return keys
}
