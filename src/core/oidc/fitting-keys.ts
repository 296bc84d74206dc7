import type { CompactToken } from './compact-token.ts'
import { traitsOf } from './signature-algorithms.ts'
import type { VerificationKey } from './verification-key.ts'

/** A verification takes up to a millisecond, and whoever sends a token leaves its key id out at will. */
const MOST_TRIED = 20

/**
 * The keys that may have made the token's signature: those for its algorithm and, when it names a key, of that name or
 * without one.
 *
 * @returns at most 20
 */
export function fittingKeys(
  keys: readonly VerificationKey[],
  token: Pick<CompactToken, 'algorithm' | 'keyId'>,
): VerificationKey[] {
  const { curve } = traitsOf(token.algorithm)
  return keys
    .filter(
      (key) =>
        key.curve === curve &&
        (key.algorithm === undefined || key.algorithm === token.algorithm) &&
        (token.keyId === undefined || key.keyId === undefined || key.keyId === token.keyId),
    )
    .slice(0, MOST_TRIED)
}
