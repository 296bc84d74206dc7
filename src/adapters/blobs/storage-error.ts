import { existsSync } from 'node:fs'
import { Refusal } from '../../core/refusal.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT'])
/** Faults of the machine that can go away by themselves; anything else from the file system is our bug. */
const UNAVAILABLE = new Set(
  'EIO EROFS EMFILE ENFILE EACCES EPERM ENOMEM ENODEV ENXIO ESTALE ETIMEDOUT ENOTCONN EBUSY'.split(' '),
)

/** The `code` of an error from the operating system, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What callers are told when the file system fails; errors that are no fault of the storage come back as they are. */
export function storageRefusal(error: unknown): unknown {
  const code = errorCode(error)
  if (code !== undefined && FULL.has(code)) return storageFull(error)
  if (code !== undefined && UNAVAILABLE.has(code)) return storageUnavailable(error)
  return error
}

export function storageUnavailable(cause: unknown): Refusal {
  return new Refusal('storage-unavailable', 'The storage cannot be used at the moment; try again later.', {}, { cause })
}

export function storageFull(cause: unknown): Refusal {
  return new Refusal(
    'storage-full',
    'The storage is full: nothing more can be written until space is freed.',
    {},
    { cause },
  )
}

/** Runs `work` and turns the file system's errors into refusals. */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw storageRefusal(error)
  }
}

/** Runs `work`, with what `missing` makes of it thrown in place of ENOENT. */
export async function orMissing<Result>(
  work: () => Result | Promise<Result>,
  missing: (cause: unknown) => Error,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? missing(error) : error
  }
}

/**
 * A file that is missing from a directory is missing; a directory that is missing means that the disk is.
 *
 * @throws {Refusal} `storage-unavailable`
 */
export function requireDirectory(directory: string): void {
  if (!existsSync(directory)) throw storageUnavailable(new Error(`${directory} does not exist`))
}
