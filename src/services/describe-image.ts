import type { Descriptor } from '../core/manifest/descriptor.ts'
import { parseManifest } from '../core/manifest/parse-manifest.ts'
import { type BuildLinks, buildLinksOf } from '../core/tags/build-links.ts'
import type { Manifest } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { TagEntry } from '../ports/metadata/tags.ts'
import type { Services } from './context.ts'
import { lookUpManifest, type ManifestReference, manifestUnknown } from './pull-manifest.ts'
import { allBuildLinkNamesFor } from './tags/build-link-names-for.ts'

export interface ImageDescription extends Manifest {
  /** In byte order. */
  readonly tags: readonly TagEntry[]
  /** What an index lists, whether it is here or not. */
  readonly children: readonly Descriptor[]
  /** As the annotations of the manifest say, under the usual names and those that the repository's rules ask for. */
  readonly buildLinks: BuildLinks
}

/**
 * All that is known of one image, archived or not. No pull.
 *
 * @throws {Refusal} `manifest-unknown`
 */
export async function describeImage(
  services: Services,
  repository: Repository,
  reference: ManifestReference,
): Promise<ImageDescription> {
  const { digest, content, mediaType } = await lookUpManifest(services, repository, reference)
  const manifest = await services.metadata.findManifest(repository.id, digest)
  // Deleted in between.
  if (manifest === undefined) throw manifestUnknown(reference)
  const { entries, annotations } = parseManifest(content, mediaType)
  return {
    ...manifest,
    tags: await tagEntriesOf(services, repository, manifest),
    children: entries,
    buildLinks: buildLinksOf(annotations, await allBuildLinkNamesFor(services, repository)),
  }
}

async function tagEntriesOf({ metadata }: Services, { id }: Repository, { digest }: Manifest): Promise<TagEntry[]> {
  const tags = await metadata.tagsOf(id, digest)
  const entries = await Promise.all(tags.map((tag) => metadata.findTag(id, tag)))
  // One that was moved in between is another image's.
  return entries.flatMap((entry) => (entry?.digest === digest ? [entry] : []))
}
