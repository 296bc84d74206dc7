import { expect } from 'bun:test'
import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf } from '../support/images.ts'
import { AUTHORIZATION, type LadingProcess } from './lading-process.ts'

export interface Pushed {
  /** A tag, or the image's digest. */
  readonly reference: string
  /** `imageManifest` makes some, and `indexOf`, whose children have to be there. */
  readonly image: { readonly text: string; readonly blobs?: readonly string[] }
}

/** Pushes an image to a server in a process of its own. */
export async function pushTo(server: LadingProcess, repository: string, { reference, image }: Pushed): Promise<void> {
  const base = `${server.addresses[0]}/v2/${repository}`
  const headers = { authorization: AUTHORIZATION }
  for (const blob of image.blobs ?? []) {
    const path = `${base}/blobs/uploads/?digest=${digestOf(bytesOf(blob))}`
    await fetch(path, { method: 'POST', headers, body: blob })
  }
  const typed = { ...headers, 'content-type': JSON.parse(image.text).mediaType }
  const put = await fetch(`${base}/manifests/${reference}`, { method: 'PUT', headers: typed, body: image.text })
  expect([reference, put.status]).toEqual([reference, 201])
}
