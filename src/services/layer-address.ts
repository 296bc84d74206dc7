import { type Digest, isDigest } from '../core/digest.ts'
import { Refusal } from '../core/refusal.ts'
import { isRepositoryName } from '../core/repository-name.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'
import { openToken, signToken, unlikeOurs } from './signed-token.ts'

/** How long an address that `GetDownloadUrlForLayer` gives can be used. */
export const LAYER_ADDRESS_LIFETIME_MS = 3_600_000

/** What a download address grants: one blob of one repository, to whoever holds it, for an hour. */
export interface LayerGrant {
  readonly repository: Repository
  readonly digest: Digest
}

/** A token for one layer. */
export function issueLayerToken(services: Services, repository: Repository, digest: Digest): string {
  const expiresAtMs = services.clock.nowMs() + LAYER_ADDRESS_LIFETIME_MS
  return signToken(services.tokenKey, 'layer', { r: repository.id, n: repository.name, d: digest, e: expiresAtMs })
}

/**
 * The number says which repository was meant: another account may have one of that name, and one that was deleted may
 * have been made again.
 *
 * @throws {Refusal} `denied` for anything that we did not make, that has expired or whose repository is not there
 */
export async function verifyLayerToken(services: Services, registry: Registry, token: string): Promise<LayerGrant> {
  const claims = openToken(services.tokenKey, 'layer', token)
  if (claims === undefined) throw new Refusal('denied', 'This download address is not one of ours.')
  const { r: repositoryId, n: name, d: digest, e: expiresAtMs } = claims
  if (typeof repositoryId !== 'number' || typeof expiresAtMs !== 'number') throw unlikeOurs('layer')
  if (typeof name !== 'string' || !isRepositoryName(name)) throw unlikeOurs('layer')
  if (typeof digest !== 'string' || !isDigest(digest)) throw unlikeOurs('layer')
  if (expiresAtMs <= services.clock.nowMs()) {
    throw new Refusal('denied', 'This download address has expired; ask for another one.')
  }
  const repository = await services.metadata.findRepository(registry.id, name)
  if (repository?.id !== repositoryId) {
    throw new Refusal('denied', 'The repository that this download address was made for is not there any more.')
  }
  return { repository, digest }
}
