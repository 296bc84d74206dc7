import { copyFileSync, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Content, contentOf, imageOf, randomBytes } from './load/content.ts'
import { pushManifest, pushMonolithic } from './load/registry-client.ts'
import type { Contender, RunningServer } from './servers/contender.ts'
import { targetOf } from './workload.ts'

export const PULL_REPOSITORY = 'bench/pull'
export const PULL_TAG = 'latest'
const BLOCK_BYTES = 16 * 1024 * 1024

/** What is there to be pulled, the same on every server. */
export interface Fixtures {
  readonly small: Content
  readonly medium: Content
  readonly large: LargeFile
  readonly config: Content
  /** About 1 KiB. */
  readonly manifest: Content
}

export interface LargeFile {
  readonly path: string
  readonly sizeBytes: number
  readonly digest: string
}

export async function makeFixtures(folder: string, largeBytes: number): Promise<Fixtures> {
  const small = contentOf(randomBytes(1024))
  const medium = contentOf(randomBytes(1024 * 1024))
  const { config, manifest } = imageOf(PULL_TAG, [small, medium], 360)
  return { small, medium, large: await makeLargeFile(join(folder, 'large.bin'), largeBytes), config, manifest }
}

/** Random bytes in a file, hashed while they are written. */
export async function makeLargeFile(path: string, sizeBytes: number): Promise<LargeFile> {
  const hash = new Bun.CryptoHasher('sha256')
  const file = await open(path, 'w')
  for (let written = 0; written < sizeBytes; written += BLOCK_BYTES) {
    const block = randomBytes(Math.min(BLOCK_BYTES, sizeBytes - written))
    hash.update(block)
    await file.write(block)
  }
  await file.close()
  return { path, sizeBytes, digest: `sha256:${hash.digest('hex')}` }
}

/** Pushes the fixtures to a registry, or lays them where nginx finds them under the same paths. */
export async function putFixtures(contender: Contender, server: RunningServer, folder: string, fixtures: Fixtures) {
  if (contender.kind === 'files') return layFiles(join(folder, 'files'), fixtures)
  const target = targetOf(server)
  for (const blob of [fixtures.small, fixtures.medium, fixtures.config]) {
    await pushMonolithic(target, PULL_REPOSITORY, blob.digest, blob.bytes)
  }
  await pushMonolithic(target, PULL_REPOSITORY, fixtures.large.digest, Bun.file(fixtures.large.path))
  await pushManifest(target, PULL_REPOSITORY, PULL_TAG, fixtures.manifest)
}

async function layFiles(root: string, fixtures: Fixtures) {
  for (const blob of [fixtures.small, fixtures.medium]) await Bun.write(root + blobPath(blob.digest), blob.bytes)
  mkdirSync(dirname(root + blobPath(fixtures.large.digest)), { recursive: true })
  copyFileSync(fixtures.large.path, root + blobPath(fixtures.large.digest))
  for (const reference of [PULL_TAG, fixtures.manifest.digest]) {
    await Bun.write(root + manifestPath(reference), fixtures.manifest.bytes)
  }
}

export function blobPath(digest: string): string {
  return `/v2/${PULL_REPOSITORY}/blobs/${digest}`
}

export function manifestPath(reference: string): string {
  return `/v2/${PULL_REPOSITORY}/manifests/${reference}`
}
