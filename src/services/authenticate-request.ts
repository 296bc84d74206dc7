import type { AuthenticatedPrincipal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import { signatureMismatch } from '../core/sigv4/refusals.ts'
import type { SignatureClaim } from '../core/sigv4/signature-claim.ts'
import type { SignedRequest } from '../core/sigv4/signed-request.ts'
import { SigningKeys } from '../core/sigv4/signing-keys.ts'
import { verifySignature } from '../core/sigv4/verify-signature.ts'
import type { Services } from './context.ts'
import { findKey } from './identity/find-key.ts'
import { principalOfSession } from './identity/principal-of.ts'
import { openSession } from './identity/session-token.ts'

const signingKeys = new SigningKeys(1000)

/** Stands in for the secret of a key id that does not exist, so that it takes the path of one that does. */
const NO_SECRET = 'no access key has this secret'

/** A credential, before it has proved anything. */
interface Candidate {
  readonly secretAccessKey: string
  readonly principal: () => Promise<AuthenticatedPrincipal>
}

/**
 * Who a signed request speaks for. Its claim must have passed `checkClaim`.
 *
 * @param bodySha256 of the body that arrived, in lower-case hexadecimal
 * @throws {Refusal} `signature-mismatch` for an unknown access key id, a wrong secret or a changed request alike;
 *   `signature-incomplete`; `credential-unknown` for a session token that is not of this key; `credential-expired` and
 *   `credential-revoked` for whoever has the secret
 */
export async function authenticateRequest(
  services: Services,
  request: SignedRequest,
  signed: { claim: SignatureClaim; bodySha256: string },
): Promise<AuthenticatedPrincipal> {
  const { claim, bodySha256 } = signed
  const candidate = await findCandidate(services, claim)
  const signingKey = signingKeys.get(candidate?.secretAccessKey ?? NO_SECRET, claim)
  verifySignature({ request, claim, bodySha256, signingKey })
  // Somebody who read this file can sign with NO_SECRET: it still gets them nothing.
  if (candidate === undefined) throw signatureMismatch()
  return await candidate.principal()
}

/**
 * Spares a large body being read for a key that nobody has. It lets somebody who has heard of a key id find out that it
 * exists, which calls of ordinary size do not; ids are too many to be guessed.
 *
 * @throws {Refusal} `signature-mismatch`; `credential-unknown`
 */
export async function requireKnownKey(services: Services, claim: SignatureClaim): Promise<void> {
  if ((await findCandidate(services, claim)) === undefined) throw signatureMismatch()
}

async function findCandidate(services: Services, claim: SignatureClaim): Promise<Candidate | undefined> {
  const { accessKeyId, securityToken } = claim
  if (securityToken === undefined) return await findKey(services, accessKeyId)
  const session = openSession(services, accessKeyId, securityToken)
  if (session === undefined) {
    throw new Refusal('credential-unknown', 'The security token included in the request is invalid.')
  }
  const { claims, secretAccessKey } = session
  return {
    secretAccessKey,
    principal: () => principalOfSession(services, claims, services.clock.nowMs()),
  }
}
