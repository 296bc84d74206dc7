import { closeSync, openSync, readFileSync } from 'node:fs'
import { openFilesystemBlobStore } from '../../src/adapters/blobs/filesystem-blob-store.ts'
import { Refusal } from '../../src/core/refusal.ts'
import { bytes, digestOf, expectCommit, NO_LIMIT, put, startUpload } from './blob-store.ts'

/** Run by blob-store-faults.test.ts in a process with 64 file descriptors. */

const MIB = 1024 * 1024
const [what, root = ''] = process.argv.slice(2)
const store = await openFilesystemBlobStore({ root })

if (what === 'descriptors') await withoutDescriptors()
else await uploadMany()

async function withoutDescriptors(): Promise<void> {
  const upload = await startUpload(store)
  await store.append(upload, 0, bytes('half '), NO_LIMIT)
  const taken = takeAll()
  await refused(startUpload(store))
  await refused(store.append(upload, 5, bytes('more'), NO_LIMIT))
  await refused(store.commit(upload, digestOf(bytes('half '))))
  await refused(store.probe())
  for (const fd of taken) closeSync(fd)
  await store.append(upload, 5, bytes('more'), NO_LIMIT)
  await expectCommit(store, upload, bytes('half more'))
  console.log('every refusal was right; service returned')
}

function takeAll(): number[] {
  const taken: number[] = []
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch {
    return taken
  }
}

async function refused(work: Promise<unknown>): Promise<void> {
  const outcome = await work.then(
    () => 'success',
    (error: unknown) => error,
  )
  if (!(outcome instanceof Refusal) || outcome.reason !== 'storage-unavailable') throw new Error(`got ${outcome}`)
}

async function uploadMany(): Promise<void> {
  await put(store, new Uint8Array(MIB))
  const before = peakMib()
  await Promise.all(Array.from({ length: 16 }, () => upload(32)))
  console.log(Math.round(peakMib() - before))
}

async function upload(sizeMib: number): Promise<void> {
  const id = await startUpload(store)
  let left = sizeMib * 4
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(MIB / 4))
      else controller.close()
    },
  })
  await store.append(id, 0, source, NO_LIMIT)
  await store.discardUpload(id)
}

function peakMib(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
}
