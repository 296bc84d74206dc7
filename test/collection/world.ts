import { DEFAULT_BRAKE } from '../../src/core/collection/judge-plan.ts'
import { digestOf } from '../../src/core/content-digest.ts'
import type { Digest } from '../../src/core/digest.ts'
import type { Candidate } from '../../src/ports/metadata/collection.ts'
import type { EventKind, EventRecord } from '../../src/ports/metadata/event-record.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import { collect } from '../../src/services/collect.ts'
import { type CollectOptions, defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { CollectionMemory } from '../../src/services/collection/collection-memory.ts'
import type { CollectionReport } from '../../src/services/collection/collection-report.ts'
import type { Limits } from '../../src/services/context.ts'
import { bytesOf } from '../support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

/** Short enough to count with: a lease of 1000, a restore window of 500, bytes stay 10 after their metadata. */
export const LIMITS: Partial<Limits> = { blobLeaseMs: 1000, restoreWindowMs: 500, removalDelayMs: 10 }
export const NEVER = new AbortController().signal

/** A registry with the repository `team/app`, whose collector runs when a test says so. */
export interface CollectionWorld extends AsyncDisposable {
  readonly registry: TestRegistry
  readonly app: Repository
  readonly memory: CollectionMemory
  collect(options?: Partial<CollectOptions>): Promise<CollectionReport>
  /** Lets time go by. */
  wait(ms: number): void
  /** Every candidate, due or not. */
  candidates(): Promise<Candidate[]>
  /** The details of all events of one kind. */
  events(kind: EventKind): Promise<EventRecord['detail'][]>
  /** Whether bytes of this content lie in the blob store, whatever the metadata says. */
  hasRecord(digest: Digest): Promise<boolean>
}

export async function openCollectionWorld(limits: Partial<Limits> = {}): Promise<CollectionWorld> {
  const registry = await openTestRegistry({ ...LIMITS, ...limits })
  const app = await createRepository(registry, 'team/app')
  const memory = new CollectionMemory()
  const { services, clock } = registry
  const { metadata } = services
  return {
    registry,
    app,
    memory,
    collect: (options = {}) =>
      collect(services, { ...defaultCollectOptions(), brake: DEFAULT_BRAKE, memory, ...options }, NEVER),
    wait: (ms) => clock.advance(ms),
    candidates: () => metadata.listDueCandidates(Number.MAX_SAFE_INTEGER, 10_000),
    events: async (kind) =>
      (await metadata.listEvents({ limit: 10_000 })).filter((event) => event.kind === kind).map(({ detail }) => detail),
    hasRecord: async (digest) => (await metadata.findBlob(digest)) !== undefined,
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  }
}

export function textDigest(text: string): Digest {
  return digestOf(bytesOf(text))
}

/** The real thing with a few methods replaced: for what only a fault or another process would do. */
export function altered<Store extends object>(real: Store, changes: Partial<Store>): Store {
  return new Proxy(real, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name)
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
