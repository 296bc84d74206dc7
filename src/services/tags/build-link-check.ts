import type { Digest } from '../../core/digest.ts'
import { annotationsOf } from '../../core/manifest/annotations-of.ts'
import { BUILD_LINK_NAMES, type BuildLinkNames, hasBuildLinks } from '../../core/tags/build-links.ts'
import { type Counted, Counter } from '../../core/tags/tag-tally.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { TagEntry } from '../../ports/metadata/tags.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { buildLinkNamesFor } from './build-link-names-for.ts'

export interface CheckedLinks extends Counted {
  /** How many were looked at. */
  readonly checked: number
  /** False when there are more than are looked at. */
  readonly isComplete: boolean
}

/** A manifest is read for each; most have a few kilobytes, and one can have 4 MiB. */
const MOST_CHECKED = 10_000
const MOST_BYTES = 128 * 1024 * 1024
const MOST_AT_ONCE = 100
const MOST_BYTES_AT_ONCE = 1024 * 1024

/** Looks into the manifests of build ids, as many as it takes before it has seen enough. */
export class BuildLinkCheck {
  readonly #metadata: Services['metadata']
  readonly #repositoryId: number
  readonly #names: readonly BuildLinkNames[]
  readonly #missing = new Counter()
  #checked = 0
  #bytesLeft = MOST_BYTES
  #isComplete = true

  private constructor(metadata: Services['metadata'], repositoryId: number, names: readonly BuildLinkNames[]) {
    this.#metadata = metadata
    this.#repositoryId = repositoryId
    this.#names = names
  }

  static async open(services: Services, repository: Repository): Promise<BuildLinkCheck> {
    const names = await buildLinkNamesFor(services, repository)
    return new BuildLinkCheck(services.metadata, repository.id, names.length === 0 ? [BUILD_LINK_NAMES] : names)
  }

  async check(tags: readonly TagEntry[]): Promise<void> {
    const taken = this.#bytesLeft > 0 ? tags.slice(0, MOST_CHECKED - this.#checked) : []
    if (taken.length < tags.length) this.#isComplete = false
    const sizes = await this.#metadata.existingManifests(this.#repositoryId, digestsOf(taken))
    let batch: TagEntry[] = []
    let sizeBytes = 0
    for (const entry of taken) {
      batch.push(entry)
      sizeBytes += sizes.get(entry.digest)?.sizeBytes ?? 0
      if (batch.length < MOST_AT_ONCE && sizeBytes < MOST_BYTES_AT_ONCE) continue
      await this.#checkBatch(batch, sizeBytes)
      batch = []
      sizeBytes = 0
    }
    await this.#checkBatch(batch, sizeBytes)
  }

  get checked(): CheckedLinks {
    return { ...this.#missing.counted, checked: this.#checked, isComplete: this.#isComplete }
  }

  /** What was deleted since its tag was read is passed over. */
  async #checkBatch(batch: readonly TagEntry[], sizeBytes: number): Promise<void> {
    if (batch.length === 0) return
    if (this.#bytesLeft <= 0) {
      this.#isComplete = false
      return
    }
    this.#bytesLeft -= sizeBytes
    await nextTurn()
    const contents = await this.#metadata.readContents(this.#repositoryId, digestsOf(batch))
    const known = new Map<Digest, boolean>()
    for (const { tag, digest } of batch) {
      const content = contents.get(digest)
      if (content === undefined) continue
      const hasLinks = known.get(digest) ?? this.#hasLinks(content)
      known.set(digest, hasLinks)
      this.#checked++
      if (!hasLinks) this.#missing.add(tag)
    }
  }

  #hasLinks(content: Uint8Array): boolean {
    const annotations = annotationsOf(content)
    return this.#names.every((names) => hasBuildLinks(annotations, names))
  }
}

function digestsOf(entries: readonly TagEntry[]): Digest[] {
  return [...new Set(entries.map(({ digest }) => digest))]
}
