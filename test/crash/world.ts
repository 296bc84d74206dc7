import type { ManifestContent } from './content.ts'
import { ABSENT, Ledger } from './ledger.ts'

/** Where a manifest or a tag is. */
export interface Place {
  readonly repository: string
  readonly owner: number
}

export interface KnownManifest extends Place {
  readonly content: ManifestContent
}

export interface KnownTag extends Place {
  readonly tag: string
}

/** A digest that the server said it holds: an upload that was a 201, or a HEAD that was a 200. */
export interface BlobPromise {
  readonly repository: string
  readonly digest: string
  readonly atMs: number
}

/** What the rig knows of the registry's content, across restarts. */
export class RigWorld {
  readonly ledger = new Ledger()
  readonly manifests = new Map<string, KnownManifest>()
  readonly tags = new Map<string, KnownTag>()
  /** Blobs that were pushed for themselves and may be deleted. */
  readonly loneBlobs = new Map<string, { repository: string; digest: string }>()
  promises: BlobPromise[] = []
  /** Pushes of tags, as `pushKey` names them: which were asked for, which answered, and which events tell of. */
  readonly pushes = {
    begun: new Set<string>(),
    acknowledged: new Set<string>(),
    told: new Set<string>(),
    readUpTo: 0,
  }
  /** What must never have happened. */
  readonly violations: string[] = []
  readonly counts: Record<string, number> = {}
  #serial = 0

  serial(): number {
    this.#serial += 1
    return this.#serial
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by
  }

  violation(text: string): void {
    if (this.violations.length < 50) this.violations.push(text)
    this.count('violations')
  }

  promise(repository: string, digest: string): void {
    this.promises.push({ repository, digest, atMs: performance.now() })
  }

  /** What went long ago, and has been seen to be gone, need not be asked for at every cut. */
  forgetAbsentBefore(ms: number): void {
    for (const key of this.manifests.keys()) {
      if (this.ledger.certain(key) === ABSENT && this.ledger.lastMs(key) < ms) this.#forget(this.manifests, key)
    }
    // A blob that was pushed by itself may have been collected by now.
    for (const key of this.loneBlobs.keys()) {
      if (this.ledger.lastMs(key) < ms) this.#forget(this.loneBlobs, key)
    }
  }

  #forget(known: Map<string, unknown>, key: string): void {
    known.delete(key)
    this.ledger.forget(key)
  }

  forgetPromisesBefore(ms: number): void {
    this.promises = this.promises.filter(({ atMs }) => atMs >= ms)
  }
}

export function manifestKey(repository: string, digest: string): string {
  return `manifest ${repository}@${digest}`
}
export function tagKey(repository: string, tag: string): string {
  return `tag ${repository}:${tag}`
}
export function blobKey(repository: string, digest: string): string {
  return `blob ${repository}@${digest}`
}
