import { expect, test } from 'bun:test'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectorySync } from './directory-sync.ts'
import { publishFile } from './publish-file.ts'
import { RunningHash } from './running-hash.ts'

const HELLO = new TextEncoder().encode('hello')

async function publishWith(directorySync: DirectorySync) {
  const root = await mkdtemp(join(tmpdir(), 'lading-publish-'))
  await mkdir(join(root, 'to'))
  await writeFile(join(root, 'from'), HELLO)
  const hash = new RunningHash('sha256')
  hash.update(HELLO)
  const digest = hash.digest()
  const [from, to] = [join(root, 'from'), join(root, 'to', 'blob')]
  const outcome = await Promise.allSettled([
    publishFile({ from, to, digest, takeHash: () => undefined, directorySync }),
  ])
  const files = await readdir(root, { recursive: true })
  await rm(root, { recursive: true })
  return { outcome: outcome[0], files: files.toSorted() }
}

test('publishFile() returns after the directory was synced with the new name in it', async () => {
  let seen: string[] = []
  const directorySync = new DirectorySync(async (directory) => {
    seen = await readdir(directory)
  })
  const { outcome, files } = await publishWith(directorySync)
  expect(outcome).toEqual({ status: 'fulfilled', value: HELLO.length })
  expect(seen).toEqual(['blob'])
  expect(files).toEqual(['to', 'to/blob'])
})

test('publishFile() moves the file back when the directory cannot be synced', async () => {
  const directorySync = new DirectorySync(async () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' })
  })
  const { outcome, files } = await publishWith(directorySync)
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'EIO' } })
  expect(files).toEqual(['from', 'to'])
})
