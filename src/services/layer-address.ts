import { type Digest, isDigest } from '../core/digest.ts'
import type { AuthenticatedPrincipal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import { isRepositoryName } from '../core/repository-name.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import { authorize, repositoryArn } from './authorize.ts'
import type { Caller, Services } from './context.ts'
import { openCredential, packCredential } from './identity/packed-credential.ts'
import { registryOfAccount } from './registry-for.ts'
import { openToken, signToken, type TokenClaims, unlikeOurs } from './signed-token.ts'

/** How long an address that `GetDownloadUrlForLayer` gives can be used. */
export const LAYER_ADDRESS_LIFETIME_MS = 3_600_000

/** What a download address grants: one blob of one repository, to whoever holds it, for an hour. */
export interface LayerGrant {
  readonly caller: Caller
  readonly repository: Repository
  readonly digest: Digest
}

/** A token for one layer. It speaks for the caller, so it is worth nothing any more when the caller's credential is. */
export function issueLayerToken(services: Services, caller: Caller, repository: Repository, digest: Digest): string {
  const { principal } = caller
  if (principal.kind === 'anonymous') throw new Refusal('unauthenticated', 'An anonymous caller has no address.')
  const nowMs = services.clock.nowMs()
  return signToken(services.keys, 'download addresses', {
    c: packCredential(principal, nowMs),
    a: caller.registry.accountId,
    r: repository.id,
    n: repository.name,
    d: digest,
    e: nowMs + LAYER_ADDRESS_LIFETIME_MS,
  })
}

/**
 * The number says which repository was meant: another account may have one of that name, and one that was deleted may
 * have been made again. Whoever asked for the address must still be allowed to read the layer.
 *
 * @param asked what the caller of a request is made of, beside the principal
 * @throws {Refusal} `denied` for anything that we did not make, that has expired or whose repository is not there, or
 *   not to be reached as its account is disabled;
 *   `credential-revoked`, `credential-expired`
 */
export async function verifyLayerToken(
  services: Services,
  asked: Omit<Caller, 'principal' | 'registry'>,
  token: string,
): Promise<LayerGrant> {
  const claims = openToken(services.keys, 'download addresses', token)
  if (claims === undefined) throw new Refusal('denied', 'This download address is not one of ours.')
  const { principal, ...grant } = await readClaims(services, claims)
  if (grant.expiresAtMs <= services.clock.nowMs()) {
    throw new Refusal('denied', 'This download address has expired; ask for another one.')
  }
  const { region } = services.defaultRegistry
  const registry = await registryOfAccount(services, { accountId: grant.accountId, region })
  const repository = await services.metadata.findRepository(registry.id, grant.name)
  if (repository?.id !== grant.repositoryId) {
    throw new Refusal('denied', 'The repository that this download address was made for is not there any more.')
  }
  const caller: Caller = { ...asked, principal, registry }
  const resource = repositoryArn(registry, repository.name)
  await authorize(services, caller, { action: 'ecr:GetDownloadUrlForLayer', resource, repository })
  return { caller, repository, digest: grant.digest }
}

async function readClaims(services: Services, claims: TokenClaims) {
  const { c: credential, a: accountId, r: repositoryId, n: name, d: digest, e: expiresAtMs } = claims
  if (typeof accountId !== 'string' || typeof repositoryId !== 'number') throw unlikeOurs('download addresses')
  if (typeof expiresAtMs !== 'number') throw unlikeOurs('download addresses')
  if (typeof name !== 'string' || !isRepositoryName(name)) throw unlikeOurs('download addresses')
  if (typeof digest !== 'string' || !isDigest(digest)) throw unlikeOurs('download addresses')
  // Written by issueLayerToken, beside the members that were just looked at.
  const principal: AuthenticatedPrincipal = await openCredential(services, credential as TokenClaims)
  return { principal, accountId, repositoryId, name, digest, expiresAtMs }
}
