import type { Descriptor } from './descriptor.ts'
import { isBlobType, isNonDistributableType, isSchema1Type, manifestKindOf } from './media-types.ts'
import type { ParsedManifest } from './parse-manifest.ts'

/** Content that a manifest names and a registry holds beside it. The subject is not among it: it may come later. */
export interface ContentReference {
  readonly descriptor: Descriptor
  /**
   * How the registry stores it. `either`: an index may list anything under any type; it is the manifest of that digest
   * if the repository holds one, else the blob.
   */
  readonly storedAs: 'manifest' | 'blob' | 'either'
  /** False for layers that clients may fetch elsewhere; if the repository holds one, it is referred to all the same. */
  readonly required: boolean
}

/** Config and layers of an image, entries of an index, in their order; a digest may be there more than once. */
export function contentReferences(manifest: ParsedManifest): ContentReference[] {
  const config = manifest.config === undefined ? [] : [blobReference(manifest.config, true)]
  const layers = manifest.layers.map((layer) => blobReference(layer, !isFetchedElsewhere(layer)))
  return [...config, ...layers, ...manifest.entries.map(entryReference)]
}

function blobReference(descriptor: Descriptor, required: boolean): ContentReference {
  return { descriptor, storedAs: 'blob', required }
}

/** BuildKit's older cache is an index of layers, so an entry is not always a manifest (oci.md 1.3). */
function entryReference(descriptor: Descriptor): ContentReference {
  const { mediaType } = descriptor
  if (manifestKindOf(mediaType) !== undefined || isSchema1Type(mediaType)) {
    return { descriptor, storedAs: 'manifest', required: true }
  }
  const storedAs = isBlobType(mediaType) ? 'blob' : 'either'
  return { descriptor, storedAs, required: !isFetchedElsewhere(descriptor) }
}

function isFetchedElsewhere(layer: Descriptor): boolean {
  return layer.urls.length > 0 || isNonDistributableType(layer.mediaType)
}
