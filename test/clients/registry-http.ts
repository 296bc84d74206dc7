import {
  blobPath,
  type Descriptor,
  DOCKER_TYPES,
  hashFile,
  hashStream,
  INDEX_TYPE,
  isManifestType,
  MANIFEST_TYPE,
  readClosure,
} from './oci-layout.ts'
import type { Endpoint } from './server.ts'
import { assertEqual, assertThat } from './steps.ts'

const ACCEPTED = [INDEX_TYPE, MANIFEST_TYPE, ...DOCKER_TYPES, '*/*'].join(', ')

/** What our own plain requests see, beside what a client reports of itself. */
export async function ask(endpoint: Endpoint, path: string, init: BunFetchRequestInit = {}): Promise<Response> {
  const credentials = btoa(`${endpoint.accessKeyId}:${endpoint.secretAccessKey}`)
  const headers = new Headers(init.headers)
  headers.set('authorization', `Basic ${credentials}`)
  // Some registries hide what the client does not list.
  if (!headers.has('accept')) headers.set('accept', ACCEPTED)
  const tls = { rejectUnauthorized: false }
  return await fetch(`${endpoint.url}${path}`, { ...init, headers, tls, redirect: 'manual' })
}

/** The digest that a tag names now, or undefined when there is no such tag. */
export async function findDigest(endpoint: Endpoint, repository: string, tag: string): Promise<string | undefined> {
  const response = await ask(endpoint, `/v2/${repository}/manifests/${tag}`)
  const bytes = await response.bytes()
  if (response.status === 404) return undefined
  assertEqual(response.status, 200, `GET ${repository}:${tag}`)
  return response.headers.get('docker-content-digest') ?? `sha256:${Bun.SHA256.hash(bytes, 'hex')}`
}

/** @throws {Error} unless the tag names this digest */
export async function assertTag(endpoint: Endpoint, repository: string, tag: string, digest: string): Promise<void> {
  assertEqual(await findDigest(endpoint, repository, tag), digest, `the digest of ${repository}:${tag}`)
}

/** @throws {Error} unless the reference, a tag or a digest, is gone */
export async function assertGone(endpoint: Endpoint, repository: string, reference: string): Promise<void> {
  const response = await ask(endpoint, `/v2/${repository}/manifests/${reference}`)
  await response.bytes()
  assertEqual(response.status, 404, `GET ${repository} ${reference} after its deletion`)
}

/**
 * Reads an image back, every manifest and every blob, and compares all bytes with the layout it came from.
 *
 * @throws {Error} at the first difference
 */
export async function assertStoredIdentical(
  endpoint: Endpoint,
  repository: string,
  image: { readonly layout: string; readonly root: Descriptor },
): Promise<void> {
  for (const part of await readClosure(image.layout, image.root)) {
    const kind = isManifestType(part.mediaType) ? 'manifests' : 'blobs'
    const response = await ask(endpoint, `/v2/${repository}/${kind}/${part.digest}`)
    assertEqual(response.status, 200, `GET ${kind}/${part.digest}`)
    assertThat(response.body !== null, `GET ${kind}/${part.digest} has no body`)
    assertEqual(await hashStream(response.body), part.digest, `the bytes of ${kind}/${part.digest}`)
    if (kind === 'manifests') {
      assertEqual(response.headers.get('content-type'), part.mediaType, `the type of ${part.digest}`)
    }
  }
}

/** @throws {Error} unless a pulled layout holds every byte of the image that another layout holds */
export async function assertPulledIdentical(
  pulled: string,
  image: { readonly layout: string; readonly root: Descriptor },
): Promise<void> {
  for (const part of await readClosure(image.layout, image.root)) {
    assertEqual(await hashFile(blobPath(pulled, part.digest)), part.digest, `the pulled bytes of ${part.digest}`)
  }
}

/** Pushes an image with plain requests, so that a client can be shown something it did not push itself. */
export async function pushImage(
  endpoint: Endpoint,
  repository: string,
  image: { readonly layout: string; readonly root: Descriptor; readonly tag: string },
): Promise<void> {
  const closure = await readClosure(image.layout, image.root)
  const content = (part: Descriptor) => Bun.file(blobPath(image.layout, part.digest))
  for (const part of closure.filter((one) => !isManifestType(one.mediaType))) {
    await putBlob(endpoint, repository, { digest: part.digest, body: content(part) })
  }
  // Children before parents: the closure lists an image before its parts.
  for (const part of closure.filter((one) => isManifestType(one.mediaType)).toReversed()) {
    await putManifest(endpoint, repository, part.digest, { part, body: content(part) })
  }
  await putManifest(endpoint, repository, image.tag, { part: image.root, body: content(image.root) })
}

async function putManifest(
  endpoint: Endpoint,
  repository: string,
  reference: string,
  { part, body }: { part: Descriptor; body: Blob },
): Promise<void> {
  const path = `/v2/${repository}/manifests/${reference}`
  const response = await ask(endpoint, path, { method: 'PUT', body, headers: { 'content-type': part.mediaType } })
  assertEqual([response.status, await response.text()], [201, ''], `PUT ${path}`)
}

async function putBlob(endpoint: Endpoint, repository: string, blob: { digest: string; body: Blob }): Promise<void> {
  const started = await ask(endpoint, `/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  assertEqual(started.status, 202, `POST an upload to ${repository}`)
  const location = new URL(started.headers.get('location') ?? '', endpoint.url)
  location.searchParams.set('digest', blob.digest)
  const headers = { 'content-type': 'application/octet-stream' }
  const path = `${location.pathname}${location.search}`
  const response = await ask(endpoint, path, { method: 'PUT', body: blob.body, headers })
  assertEqual(response.status, 201, `PUT ${blob.digest}`)
}
