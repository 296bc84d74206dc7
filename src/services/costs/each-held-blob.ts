import type { Hold } from '../../core/costs/attribute-blob.ts'
import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { BlobHolding, HoldingKey } from '../../ports/metadata/costs.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

/** A blob with everybody who holds it, by their numbers. */
export interface HeldBlob {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly leaseUntilMs: number
  readonly holders: readonly { readonly repositoryId: number; readonly hold: Hold }[]
  /** As `BlobHolding` has it: when nobody else holds it, that is in a repository which may not see it. */
  readonly isReferredElsewhere: boolean
}

export interface Walk {
  readonly list: (after: HoldingKey | undefined, limit: number) => Promise<readonly BlobHolding[]>
  readonly each: (blob: HeldBlob) => void
  readonly signal: AbortSignal
}

/** Rows read at once: a few milliseconds, in which SQLite does nothing else. */
const PAGE = 200

/**
 * Walks through blobs a page at a time; others have their turn in between.
 *
 * @throws {Refusal} `storage-unavailable` soon after the signal
 */
export async function eachHeldBlob(
  metadata: Pick<MetadataReader, 'listBlobReferences'>,
  { list, each, signal }: Walk,
): Promise<void> {
  let rows: BlobHolding[] = []
  let after: HoldingKey | undefined
  for (;;) {
    refuseWhenEnded(signal)
    const page = await list(after, PAGE)
    for (const row of page) {
      if (rows[0] !== undefined && rows[0].digest !== row.digest) {
        give(rows, each)
        rows = []
      }
      rows.push(row.hold === 'undecided' ? await decided(metadata, row, signal) : row)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = { digest: last.digest, repositoryId: last.repositoryId ?? 0 }
    await nextTurn()
  }
  give(rows, each)
}

/** @throws {Refusal} `storage-unavailable`: nobody is there to be told more */
export function refuseWhenEnded(signal: AbortSignal): void {
  if (signal.aborted) throw requestEnded()
}

export function requestEnded(): Refusal {
  return new Refusal('storage-unavailable', 'The request ended before everything was counted.')
}

function give(rows: readonly BlobHolding[], each: Walk['each']): void {
  const [first] = rows
  if (first === undefined) return
  const { digest, sizeBytes, leaseUntilMs } = first
  const holders = rows.flatMap(({ repositoryId, hold }) =>
    repositoryId === undefined || hold === 'undecided' ? [] : [{ repositoryId, hold }],
  )
  const isReferredElsewhere = rows.some((row) => row.isReferredElsewhere)
  each({ digest, sizeBytes, leaseUntilMs, holders, isReferredElsewhere })
}

async function decided(
  metadata: Pick<MetadataReader, 'listBlobReferences'>,
  row: BlobHolding,
  signal: AbortSignal,
): Promise<BlobHolding> {
  if (row.repositoryId === undefined) return row
  const live = await findLiveReference(metadata, { repositoryId: row.repositoryId, blob: row.digest, signal })
  return { ...row, hold: live === undefined ? 'deleted' : 'live' }
}

/** A live manifest of the repository that refers to the blob. @param of.except none of these */
export async function findLiveReference(
  metadata: Pick<MetadataReader, 'listBlobReferences'>,
  of: {
    readonly repositoryId: number
    readonly blob: Digest
    readonly signal: AbortSignal
    readonly except?: ReadonlySet<Digest>
  },
): Promise<Digest | undefined> {
  let after: Digest | undefined
  for (;;) {
    refuseWhenEnded(of.signal)
    const page = await metadata.listBlobReferences(of.repositoryId, of.blob, { after, limit: PAGE })
    const found = page.find(({ manifest, isLive }) => isLive && of.except?.has(manifest) !== true)
    after = page.at(-1)?.manifest
    if (found !== undefined || page.length < PAGE) return found?.manifest
    await nextTurn()
  }
}
