import { digestOf } from '../../src/core/content-digest.ts'
import type { Digest } from '../../src/core/digest.ts'
import type { TestRegistry } from './test-registry.ts'

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  // A fresh buffer, never a shared one.
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
}

/** A descriptor of bytes that need not be anywhere. */
export function descriptor(
  content: Uint8Array,
  mediaType: string,
): { mediaType: string; digest: Digest; size: number } {
  return { mediaType, digest: digestOf(content), size: content.byteLength }
}

/** An image manifest over the given texts as layers; the config is a small one of its own. */
export function imageManifest(
  layers: readonly string[],
  more: Record<string, unknown> = {},
): { text: string; digest: Digest; blobs: string[] } {
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', layers })
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(bytesOf(config), 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => descriptor(bytesOf(layer), 'application/vnd.oci.image.layer.v1.tar')),
    ...more,
  })
  return { text, digest: digestOf(bytesOf(text)), blobs: [config, ...layers] }
}

export function indexOf(
  children: readonly { text: string }[],
  more: Record<string, unknown> = {},
): { text: string; digest: Digest } {
  const manifests = children.map((child) => descriptor(bytesOf(child.text), OCI_MANIFEST))
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more })
  return { text, digest: digestOf(bytesOf(text)) }
}

/** Pushes a blob in one request and gives its digest. */
export async function pushBlob(registry: TestRegistry, repository: string, content: string): Promise<Digest> {
  const digest = digestOf(bytesOf(content))
  const response = await registry.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content })
  if (response.status !== 201) throw new Error(`pushing a blob: ${response.status} ${await response.text()}`)
  return digest
}

/** Pushes an image's blobs and its manifest. */
export async function pushImage(
  registry: TestRegistry,
  repository: string,
  reference: string,
  image = imageManifest(['layer']),
): Promise<Digest> {
  for (const blob of image.blobs) await pushBlob(registry, repository, blob)
  const response = await putManifest(registry, repository, reference, image.text)
  if (response.status !== 201) throw new Error(`pushing a manifest: ${response.status} ${await response.text()}`)
  return image.digest
}

export async function putManifest(
  registry: TestRegistry,
  repository: string,
  reference: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { mediaType = OCI_MANIFEST }: { mediaType?: string } = JSON.parse(text)
  return await registry.send('PUT', `/v2/${repository}/manifests/${reference}`, {
    body: text,
    headers: { 'content-type': mediaType, ...headers },
  })
}
