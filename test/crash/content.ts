import { createHash } from 'node:crypto'
import { sha256 } from './registry-client.ts'

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'

/** Bytes that follow from a seed: mostly a few KiB, one in ten up to 300 KiB, so that writes are cut in the middle. */
export function blobOf(seed: string): { bytes: Uint8Array; digest: string } {
  const hash = createHash('sha256').update(seed).digest()
  const large = hash.readUInt8(0) < 26
  const size = 1 + (hash.readUInt32LE(1) % (large ? 300_000 : 8_000))
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += hash.length) bytes.set(hash.subarray(0, Math.min(hash.length, size - at)), at)
  return { bytes, digest: sha256(bytes) }
}

export interface ManifestContent {
  readonly text: string
  readonly digest: string
  readonly type: string
  readonly blobs: readonly string[]
  readonly children: readonly string[]
}

export function imageOf(
  config: { bytes: Uint8Array; digest: string },
  layers: readonly (typeof config)[],
): ManifestContent {
  const describe = (blob: typeof config, mediaType: string) => ({
    mediaType,
    digest: blob.digest,
    size: blob.bytes.byteLength,
  })
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  })
  const blobs = [config, ...layers].map(({ digest }) => digest)
  return { text, digest: sha256(text), type: MANIFEST_TYPE, blobs, children: [] }
}

export function indexOf(children: readonly ManifestContent[], nonce: string): ManifestContent {
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: children.map((child) => ({
      mediaType: child.type,
      digest: child.digest,
      size: Buffer.byteLength(child.text),
    })),
    annotations: { nonce },
  })
  return { text, digest: sha256(text), type: INDEX_TYPE, blobs: [], children: children.map(({ digest }) => digest) }
}
