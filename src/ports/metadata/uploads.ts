import type { UploadId } from '../ids.ts'

export interface Upload {
  readonly id: UploadId
  readonly repositoryId: number
  /** Who began it, by an id that is never used twice; nobody else may go on with it. */
  readonly principal: string
  readonly surface: 'oci' | 'ecr'
  readonly startedAtMs: number
  readonly expiresAtMs: number
}

export interface UploadReads {
  /** Expired or not: its row stays until its bytes are gone. */
  findUpload(id: UploadId): Promise<Upload | undefined>
  countUploads(principal: string): Promise<number>
  /** Those that expire at `nowMs` or before, the longest expired first. */
  listExpiredUploads(nowMs: number, limit: number): Promise<Upload[]>
}

export interface UploadChanges {
  insertUpload(upload: Upload): Promise<void>
  /** No error when there is none. To be called when nothing is staged any more: only the row says that something is. */
  deleteUpload(id: UploadId): Promise<void>
  /** Puts its expiry at `expiresAtMs`. */
  touchUpload(id: UploadId, expiresAtMs: number): Promise<void>
}
