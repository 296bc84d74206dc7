import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf, imageManifest, OCI_INDEX, OCI_MANIFEST } from '../support/images.ts'
import type { Ask, HostileServer } from './hostile-server.ts'
import type { Answer } from './raw-exchange.ts'

export const REPOSITORY = 'h/x'
export const IMAGE = imageManifest(['a layer of some bytes'])
/** 1,200 bytes, for ranges. */
export const BLOB = '0123456789'.repeat(120)
export const BLOB_DIGEST = digestOf(bytesOf(BLOB))
export const ABSENT = `sha256:${'0'.repeat(64)}`

/** A repository with an image under two tags and a blob beside it. */
export async function pushFixtures(server: HostileServer): Promise<void> {
  for (const blob of [...IMAGE.blobs, BLOB]) await mustCreate(pushBlob(server, REPOSITORY, blob))
  for (const tag of ['one', 'two']) await mustCreate(putManifest(server, { tag, body: IMAGE.text }))
  await mustCreate(pushBlob(server, 'h/other', 'a blob of another repository'))
}

export async function pushBlob(server: HostileServer, repository: string, content: string): Promise<Answer> {
  const target = `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytesOf(content))}`
  return await server.ask({ method: 'POST', target, body: content })
}

/** Puts what calls itself an image manifest, unless `type` says otherwise. */
export async function putManifest(
  server: HostileServer,
  put: { tag: string; body: string | Uint8Array; type?: string | null; headers?: Ask['headers'] },
): Promise<Answer> {
  return await server.ask({
    method: 'PUT',
    target: `/v2/${REPOSITORY}/manifests/${put.tag}`,
    headers: { 'Content-Type': put.type === undefined ? OCI_MANIFEST : put.type, ...put.headers },
    body: put.body,
  })
}

/** The path of a new upload session. */
export async function startUpload(server: HostileServer, repository = REPOSITORY): Promise<string> {
  const answer = await server.ask({ method: 'POST', target: `/v2/${repository}/blobs/uploads/`, body: '' })
  const location = answer.headers.get('location')
  if (answer.status !== 202 || location === undefined) throw new Error(`starting an upload: ${answer.status}`)
  return location
}

/** The image's manifest with some of it replaced. */
export function changedManifest(change: (manifest: Manifest) => void): string {
  const manifest: Manifest = JSON.parse(IMAGE.text)
  change(manifest)
  return JSON.stringify(manifest)
}

export interface Manifest {
  [field: string]: unknown
  config: Record<string, unknown>
  layers: Record<string, unknown>[]
}

export function indexText(manifests: readonly unknown[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more })
}

async function mustCreate(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer
  if (status !== 201) throw new Error(`pushing a fixture: ${status} ${body}`)
}
