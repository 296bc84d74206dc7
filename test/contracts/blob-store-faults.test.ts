import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FilesystemBlobStore, openFilesystemBlobStore } from '../../src/adapters/blobs/filesystem-blob-store.ts'
import { bytes, contentAt, digestOf, expectCommit, NO_LIMIT, put, startUpload, streamOf } from './blob-store.ts'

const MIB = 1024 * 1024
const canMount = process.getuid?.() === 0 && (await mountsWork())
const root = canMount ? '' : ' (skipped: only root can mount a file system)'

describe.skipIf(!canMount)(`FilesystemBlobStore on a failing disk${root}`, () => {
  let disk: string
  let store: FilesystemBlobStore
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), 'lading-disk-'))
    run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'lading-test', disk)
    store = await openFilesystemBlobStore({ root: disk })
  })
  afterEach(async () => {
    run('umount', '-l', disk)
    await rm(disk, { recursive: true })
  })

  test('disk full: a refusal, a truthful size, old blobs readable, and service again once there is space', async () => {
    const old = await put(store, bytes('old'))
    const upload = await startUpload(store)
    const append = store.append(upload, 0, streamOf(...pieces(16)), NO_LIMIT)
    await expect(append).rejects.toMatchObject({ reason: 'storage-full' })
    const held = (await store.uploadSize(upload)) ?? -1
    expect(held).toBeGreaterThan(4 * MIB)
    expect(held % (MIB / 2)).toBe(0) // whole writes only: the one that failed half way was taken back
    await expect(store.append(upload, held, new Uint8Array(4 * MIB), NO_LIMIT)).rejects.toMatchObject({
      reason: 'storage-full',
    })
    expect(await store.uploadSize(upload)).toBeLessThanOrEqual(8 * MIB)
    expect(await contentAt(store, old)).toEqual(bytes('old'))

    await store.discardUpload(upload)
    await put(store, new Uint8Array(4 * MIB))
  })

  test('disk full: the upload goes on by itself when somebody frees space, and its digest is right', async () => {
    const other = await startUpload(store)
    await store.append(other, 0, new Uint8Array(5 * MIB), NO_LIMIT)
    const upload = await startUpload(store)
    const whole = new Uint8Array(Buffer.concat(pieces(5)))
    await expect(store.append(upload, 0, streamOf(...pieces(5)), NO_LIMIT)).rejects.toMatchObject({
      reason: 'storage-full',
    })
    await store.discardUpload(other)
    const held = (await store.uploadSize(upload)) ?? -1
    expect(await store.append(upload, held, whole.subarray(held), NO_LIMIT)).toBe(whole.length)
    await expectCommit(store, upload, whole)
  })

  test('disk full: no upload can start when there are no inodes left, and the probe says so', async () => {
    run('mount', '-o', 'remount,nr_inodes=265', disk)
    const started: unknown[] = []
    const filling = (async () => {
      for (let index = 0; index < 300; index++) started.push(await startUpload(store))
    })()
    await expect(filling).rejects.toMatchObject({ reason: 'storage-full' })
    await expect(store.probe()).rejects.toMatchObject({ reason: 'storage-full' })
    run('mount', '-o', 'remount,nr_inodes=1000', disk)
    await store.probe()
  })

  test('read-only disk: every write is refused, reads go on, and writes too once it is writable', async () => {
    const old = await put(store, bytes('old'))
    const upload = await startUpload(store)
    await store.append(upload, 0, bytes('half '), NO_LIMIT)
    run('mount', '-o', 'remount,ro', disk)
    const unavailable = { reason: 'storage-unavailable' }
    await expect(startUpload(store)).rejects.toMatchObject(unavailable)
    await expect(store.append(upload, 5, bytes('more'), NO_LIMIT)).rejects.toMatchObject(unavailable)
    await expect(store.commit(upload, digestOf(bytes('half ')))).rejects.toMatchObject(unavailable)
    await expect(store.discardUpload(upload)).rejects.toMatchObject(unavailable)
    await expect(store.remove(old)).rejects.toMatchObject(unavailable)
    await expect(store.probe()).rejects.toMatchObject(unavailable)
    expect(await contentAt(store, old)).toEqual(bytes('old'))
    expect(await store.verify(old, digestOf(bytes('old')))).toBe('intact')
    expect(await store.uploadSize(upload)).toBe(5)

    run('mount', '-o', 'remount,rw', disk)
    await store.probe()
    expect(await store.append(upload, 5, bytes('more'), NO_LIMIT)).toBe(9)
    await expectCommit(store, upload, bytes('half more'))
  })
})

describe('FilesystemBlobStore in a process of its own', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lading-blobs-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('no file descriptors left: refusals, then service again', async () => {
    expect(await child('descriptors', directory)).toBe('every refusal was right; service returned\n')
  })

  test('16 uploads at once take memory for chunks, not for blobs', async () => {
    const grownMiB = Number(await child('memory', directory))
    expect(grownMiB).toBeGreaterThan(0)
    expect(grownMiB).toBeLessThan(150) // of 512 MiB that went through
  }, 60_000)
})

async function child(what: string, directory: string): Promise<string> {
  const script = join(import.meta.dir, 'blob-store-child.ts')
  const command = `ulimit -n 64; exec "${process.execPath}" "${script}" ${what} "${directory}"`
  const running = Bun.spawn(['sh', '-c', command], { stderr: 'inherit' })
  const output = await new Response(running.stdout).text()
  expect(await running.exited).toBe(0)
  return output
}

function pieces(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array(MIB).fill(index + 1))
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command)
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
}

async function mountsWork(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-mount-'))
  try {
    run('mount', '-t', 'tmpfs', 'lading-test', directory)
    run('umount', directory)
    return true
  } catch {
    return false
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
