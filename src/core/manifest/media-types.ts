/** The manifests that are stored; each is an image or an index, by shape. */
const MANIFEST_KINDS: { readonly [mediaType: string]: 'image' | 'index' } = {
  'application/vnd.oci.image.manifest.v1+json': 'image',
  'application/vnd.oci.image.index.v1+json': 'index',
  'application/vnd.docker.distribution.manifest.v2+json': 'image',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
}

export const SUPPORTED_MANIFEST_TYPES: readonly string[] = Object.keys(MANIFEST_KINDS)

/** The config of what has none; its manifest must then say what it is (image-spec, manifest.md). */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'

/** Schema 1, which is known only to be refused by name. */
const SCHEMA1_PREFIX = 'application/vnd.docker.distribution.manifest.v1+'

const BLOB_PREFIXES = [
  'application/octet-stream',
  'application/vnd.buildkit.cacheconfig.',
  'application/vnd.docker.container.image.',
  'application/vnd.docker.image.rootfs.',
  'application/vnd.oci.image.config.',
  'application/vnd.oci.image.layer.',
]

/** Layers whose licence forbids to pass them on, such as those of Windows: clients fetch them elsewhere. */
const NON_DISTRIBUTABLE_PREFIXES = [
  'application/vnd.docker.image.rootfs.foreign.',
  'application/vnd.oci.image.layer.nondistributable.',
]

export function manifestKindOf(mediaType: string): 'image' | 'index' | undefined {
  return Object.hasOwn(MANIFEST_KINDS, mediaType) ? MANIFEST_KINDS[mediaType] : undefined
}

export function isSchema1Type(mediaType: string): boolean {
  return mediaType.startsWith(SCHEMA1_PREFIX)
}

/** Whether the type is known to be of a blob; what is neither that nor a manifest may be either. */
export function isBlobType(mediaType: string): boolean {
  return BLOB_PREFIXES.some((prefix) => mediaType.startsWith(prefix))
}

export function isNonDistributableType(mediaType: string): boolean {
  return NON_DISTRIBUTABLE_PREFIXES.some((prefix) => mediaType.startsWith(prefix))
}
