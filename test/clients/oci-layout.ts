import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'

/** What the classic docker client pushes: the same shapes under older names. */
export const DOCKER_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]

export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/** The edges of a manifest or an index; one of the two kinds is empty. */
interface Edges {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
}

/** Where an OCI layout keeps the bytes of a digest. */
export function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'))
}

/** The hash of a file, read once and never held whole. */
export async function hashFile(path: string): Promise<string> {
  return await hashStream(Bun.file(path).stream())
}

export async function hashStream(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const chunk of stream) hasher.update(chunk)
  return `sha256:${hasher.digest('hex')}`
}

export async function addBlob(layout: string, mediaType: string, content: string | Uint8Array): Promise<Descriptor> {
  const digest = `sha256:${new Bun.CryptoHasher('sha256').update(content).digest('hex')}`
  await Bun.write(blobPath(layout, digest), content)
  return { mediaType, digest, size: Buffer.byteLength(content) }
}

export async function addBlobFile(layout: string, mediaType: string, path: string): Promise<Descriptor> {
  const digest = await hashFile(path)
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true })
  await copyFile(path, blobPath(layout, digest))
  await rm(path)
  return { mediaType, digest, size: Bun.file(blobPath(layout, digest)).size }
}

/** Writes the two files that make a folder of blobs an OCI layout, with these tags. */
export async function finishLayout(layout: string, tags: Readonly<Record<string, Descriptor>>): Promise<void> {
  const manifests = Object.entries(tags).map(([tag, descriptor]) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }))
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests }
  await Bun.write(join(layout, 'index.json'), JSON.stringify(index))
  await Bun.write(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

/** What a tag of a layout names; without a tag, the only entry. */
export async function findInLayout(layout: string, tag?: string): Promise<Descriptor> {
  const { manifests }: { manifests: Descriptor[] } = await Bun.file(join(layout, 'index.json')).json()
  const found = manifests.filter(
    (entry) => tag === undefined || entry.annotations?.['org.opencontainers.image.ref.name'] === tag,
  )
  const [first] = found
  if (first === undefined || found.length > 1) throw new Error(`${layout} has ${found.length} entries for ${tag}`)
  return first
}

/** Every object that an image needs, itself first, each digest once. */
export async function readClosure(layout: string, root: Descriptor): Promise<readonly Descriptor[]> {
  const closure = new Map<string, Descriptor>()
  const waiting = [root]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (closure.has(next.digest)) continue
    closure.set(next.digest, next)
    waiting.push(...(await readEdges(layout, next)))
  }
  return [...closure.values()]
}

async function readEdges(layout: string, descriptor: Descriptor): Promise<readonly Descriptor[]> {
  if (!isManifestType(descriptor.mediaType)) return []
  const edges: Edges = await Bun.file(blobPath(layout, descriptor.digest)).json()
  return [...(edges.manifests ?? []), ...(edges.config === undefined ? [] : [edges.config]), ...(edges.layers ?? [])]
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === INDEX_TYPE || mediaType === MANIFEST_TYPE || DOCKER_TYPES.includes(mediaType)
}
