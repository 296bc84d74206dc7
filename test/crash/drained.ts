import { Database } from 'bun:sqlite'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The collector works off what a load left behind at the pace of a disk that others use too. */
const TRY_FOR_MS = 240_000

interface Remains {
  readonly uploadRows: number
  readonly uploadFiles: number
  readonly candidates: number
  readonly removals: number
  readonly blobRows: number
  readonly blobFiles: number
}

/**
 * Waits until nothing is left that should not be: no upload, no candidate, no removal, and exactly one file per blob.
 *
 * @param data `LADING_DATA` of a server that runs, without load, with settings that make time pass quickly
 * @throws {Error} telling what stays behind
 */
export async function expectDrained(data: string): Promise<Remains> {
  const deadline = performance.now() + TRY_FOR_MS
  for (;;) {
    const remains = look(data)
    if (isDrained(remains)) return remains
    if (performance.now() > deadline) throw new Error(`something stale stays behind: ${JSON.stringify(remains)}`)
    await Bun.sleep(250)
  }
}

function isDrained(remains: Remains): boolean {
  const { uploadRows, uploadFiles, candidates, removals, blobRows, blobFiles } = remains
  return uploadRows + uploadFiles + candidates + removals === 0 && blobRows === blobFiles
}

function look(data: string): Remains {
  const database = new Database(databaseFile(data), { readonly: true })
  try {
    const count = (table: string) =>
      database.query<{ n: number }, []>(`select count(*) as n from ${table}`).get()?.n ?? Number.NaN
    return {
      uploadRows: count('uploads'),
      candidates: count('candidates'),
      removals: count('removals'),
      blobRows: count('blobs'),
      ...files(data),
    }
  } finally {
    database.close()
  }
}

function files(data: string): Pick<Remains, 'uploadFiles' | 'blobFiles'> {
  const all = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const under = (name: string) => all.filter(({ parentPath }) => `${parentPath}/`.includes(`/${name}/`)).length
  return { uploadFiles: under('blobs/uploads'), blobFiles: under('blobs/blobs') }
}

export function databaseFile(data: string): string {
  const name = readdirSync(data).find((file) => file.endsWith('.db') || file.endsWith('.sqlite'))
  if (name === undefined) throw new Error(`no database in ${data}`)
  return join(data, name)
}
