import type { Digest } from '../digest.ts'

/** Why a manifest that these indexes hold cannot go, in ECR's code and sentence (ecr.md 2.4). */
export function heldBy(indexes: readonly Digest[]) {
  const reason = `Requested image referenced by manifest list: [${indexes.join(', ')}]`
  return { code: 'ImageReferencedByManifestList', reason, digests: indexes } as const
}
