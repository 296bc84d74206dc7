import type { Digest } from '../../../core/digest.ts'
import type { MetadataReader, MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { Touched } from './read-cache.ts'

/** What a transaction can do beside reading. */
type Change = Exclude<keyof MetadataTransaction, keyof MetadataReader>
type Note<Name extends Change> = (touched: Touched, ...values: Parameters<MetadataTransaction[Name]>) => void

const nothing = (): void => {}
const everything = (touched: Touched): void => {
  touched.everything = true
}
const ofRepository = (touched: Touched, repositoryId: number): void => {
  touched.repositories.add(repositoryId)
}
const ofBlob = (touched: Touched, digest: Digest): void => {
  touched.blobs.add(digest)
}

/**
 * What the read cache must forget, by change: a change without a row does not compile. It keeps what four reads have
 * answered (`HotReads` in read-cache.ts) and never that there is no answer, so what only adds touches nothing. Whoever
 * caches another read goes through all the rows again.
 */
const NOTES: { readonly [Name in Change]: Note<Name> } = {
  ensureInstallation: nothing,
  setInstallationKey: nothing,
  ensureRegistry: nothing,
  putAccountSetting: nothing,
  putRegistryPolicy: nothing,
  deleteRegistryPolicy: nothing,
  lockRepository: nothing,
  lockTag: nothing,
  lockBlobs: nothing,
  lockArrivals: nothing,
  insertRepository: nothing,
  updateRepository: everything,
  // The repository is kept with the revision of its policy.
  putRepositoryPolicy: everything,
  deleteRepositoryPolicy: everything,
  deleteRepository: everything,
  restoreRepository: nothing,
  // Nobody finds its number since it was deleted; this only makes room.
  purgeRepository: ofRepository,
  putResourceTags: nothing,
  deleteResourceTags: nothing,
  putCreationTemplate: nothing,
  deleteCreationTemplate: nothing,
  insertUpload: nothing,
  deleteUpload: nothing,
  touchUpload: nothing,
  putBlob: (touched, { digest }) => ofBlob(touched, digest),
  leaseBlobs(touched, digests) {
    for (const digest of digests) ofBlob(touched, digest)
  },
  setBlobState: ofBlob,
  setBlobVerified: ofBlob,
  deleteBlob: ofBlob,
  isBlobHeld: nothing,
  isBlobHeldBy: nothing,
  linkBlob: nothing,
  unlinkBlob: (touched, _repositoryId, digest) => ofBlob(touched, digest),
  hideBlob: (touched, _repositoryId, digest) => ofBlob(touched, digest),
  unhideBlobs: nothing,
  putManifest: ofRepository,
  deleteManifest: ofRepository,
  purgeManifest: ofRepository,
  restoreManifest: ofRepository,
  setStorageClass: ofRepository,
  putTag: ofRepository,
  deleteTag: ofRepository,
  // The repository is kept with whether it has locks.
  putImageLock: everything,
  deleteImageLock: everything,
  insertPlan: nothing,
  updatePlan: nothing,
  insertPlanItems: nothing,
  updatePlanItems: nothing,
  deletePlansBefore: nothing,
  putLifecyclePolicy: nothing,
  claimLifecycle: nothing,
  // No cached answer says when something was pulled.
  recordPulls: nothing,
  addCandidate: nothing,
  deleteCandidate: nothing,
  deleteRemoval: nothing,
  recordEvent: nothing,
  deleteEventsBefore: nothing,
  lockEventHead: nothing,
  listUnsequencedEvents: nothing,
  sequenceEvents: nothing,
  insertWebhook: nothing,
  lockWebhook: nothing,
  updateWebhook: nothing,
  deleteWebhook: nothing,
  lockEnabledWebhooks: nothing,
  deleteDeliveries: nothing,
  addDeliveries: nothing,
  leaseLine: nothing,
  finishTurn: nothing,
  rescheduleLines: nothing,
  replayDeadLetters: nothing,
  dropDeadLetters: nothing,
  recordAudit: nothing,
  lockAuditChain: nothing,
  listUnsealedAudit: nothing,
  sealAudit: nothing,
  insertAuditCheckpoint: nothing,
  deleteAuditThrough: nothing,
  deleteAuditCheckpointsBefore: nothing,
  // What identities have been kept elsewhere is told by `watchIdentities`.
  insertAccount: nothing,
  updateAccount: nothing,
  changeIdentities: nothing,
  // The repository is kept with the settings of its own row alone, and what is in force is read anew each time.
  lockSettings: nothing,
  putScopeSetting: nothing,
  deleteScopeSetting: nothing,
  putRepositorySetting: nothing,
  deleteRepositorySetting: nothing,
  chargeBlobs: nothing,
  chargeLateBlob: nothing,
  releaseBlobs: nothing,
  addUsage: nothing,
  takeQuota: nothing,
  returnQuota: nothing,
  setQuotaLeft: nothing,
  recordKeyUses: nothing,
  recordRoleUses: nothing,
}

/** The transaction, noting for the read cache what it changes. */
export function notingTransaction(transaction: MetadataTransaction, touched: Touched): MetadataTransaction {
  // Every transaction has the same names.
  Noting ??= notingClass(transaction)
  return new Noting(transaction, touched) as unknown as MetadataTransaction
}

let Noting: ReturnType<typeof notingClass> | undefined

/** Getters of a prototype: a transaction has two hundred methods and calls five. */
function notingClass(sample: MetadataTransaction) {
  class NotingTransaction {
    readonly #transaction: MetadataTransaction
    readonly #touched: Touched

    constructor(transaction: MetadataTransaction, touched: Touched) {
      this.#transaction = transaction
      this.#touched = touched
    }

    static define(name: keyof MetadataTransaction): void {
      const get = function (this: NotingTransaction) {
        return isNoted(name) ? noting(this.#transaction, name, this.#touched) : this.#transaction[name]
      }
      Object.defineProperty(NotingTransaction.prototype, name, { enumerable: true, get })
    }
  }
  // for…in forgets that its keys are the sample's; they are of its prototype, which keys() does not look into.
  for (const name in sample) NotingTransaction.define(name as keyof MetadataTransaction)
  return NotingTransaction
}

function isNoted(name: keyof MetadataTransaction): name is Change {
  return Object.hasOwn(NOTES, name) && NOTES[name as Change] !== nothing
}

function noting<Name extends Change>(transaction: MetadataTransaction, name: Name, touched: Touched) {
  const note: Note<Name> = NOTES[name]
  // One signature for all of them: the values are handed on as they came.
  const change = transaction[name] as (...values: Parameters<MetadataTransaction[Name]>) => unknown
  return (...values: Parameters<MetadataTransaction[Name]>) => {
    note(touched, ...values)
    return change(...values)
  }
}
