import { randomFillSync } from 'node:crypto'

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'

export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly digest: string
}

export interface Image {
  readonly tag: string
  readonly layer: Content
  readonly config: Content
  readonly manifest: Content
}

export function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  return { bytes, digest: `sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}` }
}

export function randomBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return randomFillSync(new Uint8Array(sizeBytes))
}

/** Content like `base` but for its first bytes, which say `stamp`: new to every server, and cheap to make. */
export function stamped(base: Uint8Array<ArrayBuffer>, stamp: string): Content {
  const bytes = base.slice()
  bytes.set(new TextEncoder().encode(stamp).subarray(0, bytes.length))
  return contentOf(bytes)
}

export function imageOf(tag: string, layers: readonly Content[], padBytes = 0): Omit<Image, 'layer'> {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => layer.digest) }
  const config = json({ architecture: 'amd64', os: 'linux', config: { Labels: { tag } }, rootfs })
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(CONFIG_TYPE, config),
    layers: layers.map((layer) => descriptor(LAYER_TYPE, layer)),
    ...(padBytes > 0 ? { annotations: { 'org.example.padding': 'x'.repeat(padBytes) } } : {}),
  })
  return { tag, config, manifest }
}

function descriptor(mediaType: string, content: Content) {
  return { mediaType, digest: content.digest, size: content.bytes.length }
}

function json(value: unknown): Content {
  return contentOf(new TextEncoder().encode(JSON.stringify(value)))
}
