/** Stricter than what is a key id here: somebody may have sent the secret where the name belongs. */
const KEY_ID = /^A[A-Z]IA[A-Z0-9]{12,28}$/
const TOKEN_USER = 'AWS'

/**
 * Whose key a credential claims to be, for the log: the access key id of a Basic header or of a signature, or `AWS` for
 * a token. Nothing of it has been verified.
 *
 * @returns undefined for anything that does not look like one, because it might be a secret
 */
export function claimedKeyId(authorization: string | null, url: string): string | undefined {
  const claimed = authorization === null ? fromQuery(url) : (fromBasic(authorization) ?? fromSignature(authorization))
  return claimed !== undefined && (KEY_ID.test(claimed) || claimed === TOKEN_USER) ? claimed : undefined
}

function fromBasic(authorization: string): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]{1,200})/i.exec(authorization)?.[1]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1').split(':', 1)[0]
}

function fromSignature(authorization: string): string | undefined {
  return /^AWS4-HMAC-SHA256 .{0,2000}?Credential=(\w{1,128})\//.exec(authorization)?.[1]
}

function fromQuery(url: string): string | undefined {
  return /[?&]X-Amz-Credential=(\w{1,128})(?:%2F|\/)/i.exec(url)?.[1]
}
