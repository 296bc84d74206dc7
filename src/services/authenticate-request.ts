import type { Principal } from '../core/principal.ts'
import { Refusal } from '../core/refusal.ts'
import { signatureMismatch } from '../core/sigv4/refusals.ts'
import type { SignatureClaim } from '../core/sigv4/signature-claim.ts'
import type { SignedRequest } from '../core/sigv4/signed-request.ts'
import { SigningKeys } from '../core/sigv4/signing-keys.ts'
import { verifySignature } from '../core/sigv4/verify-signature.ts'
import type { Services } from './context.ts'

const signingKeys = new SigningKeys(1000)

/** Stands in for the secret of a key id that does not exist, so that it takes the path of one that does. */
const NO_SECRET = 'no access key has this secret'

/**
 * Who a signed request speaks for. Its claim must have passed `checkClaim`.
 *
 * @param bodySha256 of the body that arrived, in lower-case hexadecimal
 * @throws {Refusal} `signature-mismatch` for an unknown access key id, a wrong secret or a changed request alike;
 *   `signature-incomplete`; `credential-unknown` for a session token, as there are no sessions yet
 */
export async function authenticateRequest(
  services: Services,
  request: SignedRequest,
  signed: { claim: SignatureClaim; bodySha256: string },
): Promise<Principal> {
  const { claim, bodySha256 } = signed
  const key = await services.credentials.find(claim.accessKeyId)
  const signingKey = signingKeys.get(key?.secretAccessKey ?? NO_SECRET, claim)
  verifySignature({ request, claim, bodySha256, signingKey })
  // Somebody who read this file can sign with NO_SECRET: it still gets them nothing.
  if (key === undefined) throw signatureMismatch()
  if (claim.securityToken !== undefined) {
    throw new Refusal('credential-unknown', 'The security token included in the request is invalid.')
  }
  return key.principal
}

/**
 * Spares a large body being read for a key that nobody has. It lets somebody who has heard of a key id find out that it
 * exists, which calls of ordinary size do not; ids are too many to be guessed.
 *
 * @throws {Refusal} `signature-mismatch`
 */
export async function requireKnownKey(services: Services, claim: SignatureClaim): Promise<void> {
  if ((await services.credentials.find(claim.accessKeyId)) === undefined) throw signatureMismatch()
}
