import { type Digest, isDigest } from '../core/digest.ts'
import { type ContentReference, contentReferences } from '../core/manifest/content-references.ts'
import type { ParsedManifest } from '../core/manifest/parse-manifest.ts'
import { Refusal } from '../core/refusal.ts'
import type { Manifest } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import { isServable } from './blobs.ts'

export interface ResolvedReferences {
  readonly children: readonly Digest[]
  readonly blobs: readonly Digest[]
  /** Of the children that are there: what ECR calls the size of an index. */
  readonly largestChildBytes: number
  /** What was let through although it is not there. */
  readonly absent: readonly ContentReference[]
  /** An index that can be pulled needs them out of the archive. */
  readonly archivedChildren: readonly Manifest[]
}

/** What the repository holds of a manifest's references, read and locked in the transaction that writes the manifest. */
interface Held {
  readonly manifests: ReadonlyMap<Digest, Manifest>
  readonly blobs: ReadonlyMap<Digest, { readonly sizeBytes: number }>
}

/**
 * Checks that all a manifest refers to is in the repository and as large as the manifest says. What is found cannot be
 * deleted or collected before the transaction ends. A manifest that was deleted and comes back brings back blobs that were
 * deleted after it.
 *
 * @param manifest with its own digest
 * @param sparse lets through what is missing; layers that clients may fetch elsewhere always are
 * @throws {Refusal} `manifest-references-unknown`, naming all that is missing; `manifest-invalid` for a wrong size
 */
export async function resolveReferences(
  transaction: MetadataTransaction,
  repository: Repository,
  manifest: { readonly digest: Digest; readonly parsed: ParsedManifest },
  sparse: boolean,
): Promise<ResolvedReferences> {
  const references = contentReferences(manifest.parsed)
  let held = await readHeld(transaction, repository, references)
  let absent = references.filter((reference) => find(held, reference) === undefined)
  if (absent.length > 0 && (await transaction.unhideBlobs(repository.id, manifest.digest)) > 0) {
    held = await readHeld(transaction, repository, references)
    absent = references.filter((reference) => find(held, reference) === undefined)
  }
  // Whoever brings one of them now is charged for it, as it comes after the manifest.
  await transaction.lockArrivals(repository.id, digestsOf(absent))
  const missing = absent.filter((reference) => reference.required)
  if (missing.length > 0 && !sparse) throw referencesUnknown(repository, missing)
  for (const reference of references) checkSize(reference, find(held, reference)?.sizeBytes)
  const isChild = (reference: ContentReference) => reference.storedAs === 'manifest' || isHeldManifest(held, reference)
  return {
    children: digestsOf(references.filter(isChild)),
    blobs: digestsOf(references.filter((reference) => !isChild(reference))),
    largestChildBytes: Math.max(0, ...[...held.manifests.values()].map((child) => child.imageSizeBytes)),
    absent,
    archivedChildren: [...held.manifests.values()].filter(({ storageClass }) => storageClass === 'archive'),
  }
}

async function readHeld(
  transaction: MetadataTransaction,
  repository: Repository,
  references: readonly ContentReference[],
): Promise<Held> {
  const perhapsManifests = digestsOf(references.filter((reference) => reference.storedAs !== 'blob'))
  const perhapsBlobs = digestsOf(references.filter((reference) => reference.storedAs !== 'manifest'))
  await transaction.lockBlobs(perhapsBlobs, 'shared')
  const manifests = await transaction.existingManifests(repository.id, perhapsManifests)
  const blobs = await transaction.existingRepositoryBlobs(repository.id, perhapsBlobs)
  return { manifests, blobs: new Map([...blobs].filter(([, blob]) => isServable(blob))) }
}

function find(held: Held, reference: ContentReference): { readonly sizeBytes: number } | undefined {
  const { digest } = reference.descriptor
  // Of an algorithm that cannot be pushed.
  if (!isDigest(digest)) return undefined
  switch (reference.storedAs) {
    case 'manifest':
      return held.manifests.get(digest)
    case 'blob':
      return held.blobs.get(digest)
    case 'either':
      return held.manifests.get(digest) ?? held.blobs.get(digest)
  }
}

function isHeldManifest(held: Held, { descriptor }: ContentReference): boolean {
  return isDigest(descriptor.digest) && held.manifests.has(descriptor.digest)
}

/** Each once, in byte order: every transaction locks in the same order. */
function digestsOf(references: readonly ContentReference[]): Digest[] {
  const digests = references.map((reference) => reference.descriptor.digest).filter(isDigest)
  return [...new Set(digests)].sort()
}

function checkSize(reference: ContentReference, storedBytes: number | undefined): void {
  const { digest, sizeBytes } = reference.descriptor
  if (storedBytes === undefined || storedBytes === sizeBytes) return
  throw new Refusal(
    'manifest-invalid',
    `invalid manifest: the descriptor of ${digest} says ${sizeBytes} bytes, but there are ${storedBytes}`,
  )
}

/** ECR's sentences (ecr.md 1.0): blobs are named first, since an index can be mended only when its images are whole. */
function referencesUnknown(repository: Repository, missing: readonly ContentReference[]): Refusal {
  const blobs = missing.filter((reference) => reference.storedAs !== 'manifest')
  const what = blobs.length > 0 ? 'blob' : 'manifest'
  const digests = [...new Set((blobs.length > 0 ? blobs : missing).map((reference) => reference.descriptor.digest))]
  const message =
    what === 'blob'
      ? `Layers with digests '[${digests.join(', ')}]' required for pushing image into repository with name '${repository.name}' do not exist`
      : `Images with digests [${digests.join(', ')}] required for pushing image into repository [${repository.name}] do not exist`
  return new Refusal('manifest-references-unknown', message, { what, digests })
}
