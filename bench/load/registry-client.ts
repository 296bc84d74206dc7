import { type Content, type Image, MANIFEST_TYPE } from './content.ts'
import type { Target } from './job.ts'

const CHUNK_BYTES = 1024 * 1024

/** POST, then PUT with everything. `body` may be a file, which then goes out by sendfile. */
export async function pushMonolithic(target: Target, repository: string, digest: string, body: BodyInit) {
  const location = await beginUpload(target, repository)
  await send(target, withDigest(location, digest), { method: 'PUT', body, headers: OCTETS }, 201)
}

/** POST, PATCH with `Transfer-Encoding: chunked`, PUT without a body: what docker does. */
export async function pushChunked(target: Target, repository: string, content: Content) {
  const location = await beginUpload(target, repository)
  const patch = { method: 'PATCH', body: streamOf(content.bytes), headers: OCTETS }
  const response = await send(target, location, patch, 202)
  const next = new URL(response.headers.get('location') ?? '', target.baseUrl).href
  await send(target, withDigest(next, content.digest), { method: 'PUT' }, 201)
}

export async function pushManifest(target: Target, repository: string, reference: string, manifest: Content) {
  const url = `${target.baseUrl}/v2/${repository}/manifests/${reference}`
  await send(target, url, { method: 'PUT', body: manifest.bytes, headers: { 'content-type': MANIFEST_TYPE } }, 201)
}

/** Layer, config, manifest: five requests. */
export async function pushImage(target: Target, repository: string, image: Image) {
  await pushMonolithic(target, repository, image.layer.digest, image.layer.bytes)
  await pushMonolithic(target, repository, image.config.digest, image.config.bytes)
  await pushManifest(target, repository, image.tag, image.manifest)
}

/** Manifest by tag, config, layer: three requests, all bytes read. */
export async function pullImage(target: Target, repository: string, image: Image) {
  const base = `${target.baseUrl}/v2/${repository}`
  await send(target, `${base}/manifests/${image.tag}`, { headers: { accept: MANIFEST_TYPE } }, 200)
  await send(target, `${base}/blobs/${image.config.digest}`, {}, 200)
  await send(target, `${base}/blobs/${image.layer.digest}`, {}, 200)
}

async function beginUpload(target: Target, repository: string): Promise<string> {
  const url = `${target.baseUrl}/v2/${repository}/blobs/uploads/`
  const response = await send(target, url, { method: 'POST' }, 202)
  return new URL(response.headers.get('location') ?? '', target.baseUrl).href
}

const OCTETS = { 'content-type': 'application/octet-stream' }

/** Sends a request, reads the whole answer, and insists on its status: a benchmark of errors is worth nothing. */
async function send(target: Target, url: string, init: RequestInit, expected: number): Promise<Response> {
  const headers = new Headers(init.headers)
  if (target.authorization !== undefined) headers.set('authorization', target.authorization)
  const response = await fetch(url, { ...init, headers, redirect: 'manual' })
  const body = await response.arrayBuffer()
  if (response.status === expected) return response
  const text = new TextDecoder().decode(body.slice(0, 500))
  throw new Error(`${init.method ?? 'GET'} ${url}: expected ${expected}, got ${response.status} ${text}`)
}

function withDigest(location: string, digest: string): string {
  const url = new URL(location)
  url.searchParams.set('digest', digest)
  return url.href
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(sent, sent + CHUNK_BYTES))
      sent += CHUNK_BYTES
    },
  })
}
