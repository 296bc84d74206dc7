import type { Digest } from '../../core/digest.ts'
import { annotationsOf } from '../../core/manifest/annotations-of.ts'
import { type BuildLinks, buildLinksOf } from '../../core/tags/build-links.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { allBuildLinkNamesFor } from './build-link-names-for.ts'

/** Most manifests have a few kilobytes, so that this is more than a page of them. */
const MOST_BYTES = 8 * 1024 * 1024
const BYTES_AT_ONCE = 256 * 1024

/** Reads what the manifests of a list say of where they come from, as many as it takes before it has read enough. */
export class BuildLinksReader {
  readonly #services: Services
  #bytesLeft = MOST_BYTES

  constructor(services: Services) {
    this.#services = services
  }

  /**
   * @param digests deleted ones too
   * @returns of those that are still known, were read and say any
   */
  async read(repository: Repository, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, BuildLinks>> {
    const { metadata } = this.#services
    const asked = [...new Set(digests)]
    const contents = await metadata.readStoredContents(repository.id, asked, this.#bytesLeft)
    const links = new Map<Digest, BuildLinks>()
    if (contents.size === 0) return links
    const names = await allBuildLinkNamesFor(this.#services, repository)
    let inThisTurn = 0
    for (const [digest, content] of contents) {
      this.#bytesLeft -= content.byteLength
      inThisTurn += content.byteLength
      const said = buildLinksOf(annotationsOf(content), names)
      if (Object.keys(said).length > 0) links.set(digest, said)
      if (inThisTurn < BYTES_AT_ONCE) continue
      await nextTurn()
      inThisTurn = 0
    }
    return links
  }
}
