import { importPublishedKeys } from '../../core/oidc/key-set.ts'
import type { VerificationKey } from '../../core/oidc/verification-key.ts'
import { Refusal } from '../../core/refusal.ts'
import { type JsonObject, type JsonValue, parseStrictJson, StrictJsonError } from '../../core/strict-json.ts'
import type { PublicDocuments } from '../../ports/public-documents.ts'

const LONGEST_ADDRESS = 2048

/**
 * The keys that an issuer publishes, by its configuration document (OpenID Connect Discovery 1.0 section 4). The document
 * has to name the very issuer, or whoever serves one path of a host could speak for another.
 *
 * @throws {Refusal} `identity-provider-unreachable`, also for documents that are none and for no key that is known here
 */
export async function fetchIssuerKeys(documents: PublicDocuments, issuer: string): Promise<readonly VerificationKey[]> {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  const configuration = await getJson(documents, `${base}/.well-known/openid-configuration`)
  if (!isObject(configuration) || configuration.issuer !== issuer) {
    throw unusable('configuration document must name it as its issuer, to the letter')
  }
  const address = configuration.jwks_uri
  if (typeof address !== 'string' || address.length > LONGEST_ADDRESS) {
    throw unusable('configuration document must name the address of its keys as jwks_uri')
  }
  const keys = importPublishedKeys(await getJson(documents, address))
  if (keys === undefined || keys.length === 0)
    throw unusable('jwks_uri must have a set with a public key for signatures')
  return keys
}

async function getJson(documents: PublicDocuments, url: string): Promise<JsonValue> {
  const bytes = await documents.get(url)
  try {
    return parseStrictJson(bytes)
  } catch (cause) {
    if (cause instanceof StrictJsonError)
      throw unusable('documents must be JSON in which every key is there once', cause)
    throw cause
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unusable(what: string, cause?: Error): Refusal {
  return new Refusal('identity-provider-unreachable', `The identity provider's ${what}.`, {}, { cause })
}
