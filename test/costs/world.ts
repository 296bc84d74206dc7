import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import { NO_AMOUNT } from '../../src/core/collection/judge-plan.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseTag } from '../../src/core/tag.ts'
import type { BlobStore } from '../../src/ports/blob-store.ts'
import type { UploadId } from '../../src/ports/ids.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import { deleteBlob } from '../../src/services/blobs.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import type { Caller, Limits, Services } from '../../src/services/context.ts'
import { CostMemory } from '../../src/services/costs/cost-memory.ts'
import type { FreedBy } from '../../src/services/costs/freed-by.ts'
import { freedByImage, freedByPlan, freedByRepository } from '../../src/services/costs/what-if.ts'
import { expireUploads } from '../../src/services/expire-uploads.ts'
import { mountBlob } from '../../src/services/mount-blob.ts'
import { deleteImages } from '../../src/services/plans/delete-images.ts'
import { undoPlan } from '../../src/services/plans/undo-plan.ts'
import { pushManifest } from '../../src/services/push-manifest.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { appendToUpload, finishUpload, startUpload, uploadAtOnce } from '../../src/services/uploads.ts'
import { LIMITS, NEVER, textDigest } from '../collection/world.ts'
import { bytesOf, imageManifest, OCI_MANIFEST } from '../support/images.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

/** Two accounts: images share layers within a repository, between repositories and between accounts. */
export const IMAGES = [['base', 'one'], ['base', 'a second layer'], ['three'], ['base', 'one', 'four']].map((layers) =>
  imageManifest(layers),
)
export const PLACES = [
  [0, 'team/app'],
  [0, 'team/app/worker'],
  [0, 'other'],
  [1, 'team/app'],
] as const

/** Beside the collector's: uploads end sooner, and one repository takes images whose layers lie elsewhere. */
const MORE: Partial<Limits> = { uploadExpiryMs: 700, sparseRepositories: ['other'] }

/** A registry that is driven as its surfaces do it, in either account. */
export class CostWorld {
  readonly registry: TestRegistry
  readonly services: Services
  readonly callers: readonly Caller[]
  readonly plans: string[] = []
  readonly #uploads: { readonly id: UploadId; readonly caller: Caller; readonly repository: Repository }[] = []

  private constructor(registry: TestRegistry, services: Services, callers: readonly Caller[]) {
    this.registry = registry
    this.services = services
    this.callers = callers
  }

  static async open(blobs: BlobStore = new MemoryBlobStore(), limits: Partial<Limits> = {}): Promise<CostWorld> {
    const registry = await openTestRegistry({ ...LIMITS, ...MORE, ...limits })
    const { metadata, clock } = registry.services
    const services = { ...registry.services, blobs, costs: new CostMemory({ metadata, blobs, clock }) }
    const second = await metadata.transact((one) => one.ensureRegistry('111111111111', 'us-east-1', 1))
    return new CostWorld(registry, services, [registry.caller, { ...registry.caller, registry: second }])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry[Symbol.asyncDispose]()
  }

  callerAt(place: number): Caller {
    const caller = this.callers[PLACES[place]?.[0] ?? 0]
    if (caller === undefined) throw new Error(`no place ${place}`)
    return caller
  }

  async find(place: number): Promise<Repository | undefined> {
    const name = parseRepositoryName(PLACES[place]?.[1] ?? '')
    return await this.services.metadata.findRepository(this.callerAt(place).registry.id, name)
  }

  async ensure(place: number): Promise<Repository> {
    const found = await this.find(place)
    if (found !== undefined) return found
    const made = await this.services.metadata.transact((transaction) =>
      transaction.insertRepository({
        registryId: this.callerAt(place).registry.id,
        name: parseRepositoryName(PLACES[place]?.[1] ?? ''),
        createdAtMs: this.registry.clock.nowMs(),
        tagMutability: undefined,
        scanOnPush: undefined,
        encryption: { type: 'AES256' },
      }),
    )
    if (made === undefined) throw new Error('the repository exists')
    return made
  }

  async pushBlob(place: number, content: string): Promise<void> {
    const blob = { surface: 'oci', digest: textDigest(content), body: bytesOf(content) } as const
    await uploadAtOnce(this.services, this.callerAt(place), await this.ensure(place), blob)
  }

  async push(place: number, image: number, withBlobs = true): Promise<void> {
    const { text, blobs } = imageAt(image)
    if (withBlobs) for (const blob of blobs) await this.pushBlob(place, blob)
    const repository = await this.ensure(place)
    await pushManifest(this.services, this.callerAt(place), {
      repository,
      content: bytesOf(text),
      mediaType: OCI_MANIFEST,
      tags: [parseTag(`v${image}`)],
    })
  }

  async deleteImage(place: number, image: number): Promise<void> {
    const repository = await this.find(place)
    if (repository === undefined) return
    const deletion = { kind: 'image', digest: imageAt(image).digest } as const
    const { planId } = await deleteImages(this.services, this.callerAt(place), repository, [deletion])
    if (planId !== undefined) this.plans.push(planId)
  }

  async deleteRepository(place: number): Promise<void> {
    const repository = await this.find(place)
    if (repository === undefined) return
    const options = { force: true }
    this.plans.push((await deleteRepository(this.services, this.callerAt(place), repository, options)).planId)
  }

  async deleteBlob(place: number, content: string): Promise<void> {
    const repository = await this.find(place)
    if (repository !== undefined) await deleteBlob(this.services, repository, textDigest(content))
  }

  async mount(place: number, content: string): Promise<void> {
    const mount = { digest: textDigest(content), from: undefined }
    await mountBlob(this.services, this.callerAt(place), await this.ensure(place), mount)
  }

  async beginUpload(place: number, content: string): Promise<void> {
    const caller = this.callerAt(place)
    const repository = await this.ensure(place)
    const id = await startUpload(this.services, caller, repository, { surface: 'oci', algorithm: 'sha256' })
    const append = { uploadId: id, offsetBytes: 0, body: bytesOf(content) }
    await appendToUpload(this.services, caller, repository, append)
    this.#uploads.push({ id, caller, repository })
  }

  async finishUpload(content: string): Promise<void> {
    const upload = this.#uploads.shift()
    if (upload === undefined) return
    const finish = { uploadId: upload.id, digest: textDigest(content) }
    await finishUpload(this.services, upload.caller, upload.repository, finish)
  }

  async undo(planNumber: number): Promise<void> {
    const planId = this.plans[planNumber]
    if (planId !== undefined) {
      await undoPlan(this.services, planId, { principal: 'me', requestId: 'test' })
      await this.services.background.idle()
    }
  }

  /** What deleting an image or the repository would free. */
  async weigh(place: number, what: number | 'repository'): Promise<FreedBy> {
    const repository = await this.ensure(place)
    const caller = this.callerAt(place)
    if (what === 'repository') return await freedByRepository(this.services, caller, repository, NEVER)
    const reference = { kind: 'digest', digest: imageAt(what).digest } as const
    return await freedByImage(this.services, caller, repository, { reference, signal: NEVER })
  }

  async weighPlan(place: number, planId: string): Promise<FreedBy> {
    const repositoryName = PLACES[place]?.[1] ?? ''
    return await freedByPlan(this.services, this.callerAt(place), { planId, repositoryName, signal: NEVER })
  }

  async collect(purgeRows = 100): Promise<void> {
    await expireUploads(this.services, NEVER)
    const options = { ...defaultCollectOptions(), brake: { share: 1, floor: NO_AMOUNT }, purgeRows }
    await collect(this.services, options, NEVER)
  }
}

export function imageAt(image: number) {
  const found = IMAGES[image]
  if (found === undefined) throw new Error(`no image ${image}`)
  return found
}
