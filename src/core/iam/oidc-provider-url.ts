import { Refusal } from '../refusal.ts'

const LONGEST_URL = 255
/** The tag that gives a provider its name when it is made, and stays as it is from then on. */
export const PROVIDER_NAME_TAG = 'lading:name'
const GIVEN_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?$/

/**
 * Checks where a provider's tokens come from: what is here is what they must have in `iss`, to the letter.
 *
 * @throws {Refusal} `parameter-invalid` unless it is an `https` URL of at most 255 characters without credentials,
 *   query or fragment (IAM API reference, CreateOpenIDConnectProvider)
 */
export function checkIssuerUrl(url: string): void {
  if (url.length < 1 || url.length > LONGEST_URL) throw invalidUrl(`it has 1 to ${LONGEST_URL} characters`)
  if (!url.startsWith('https://')) throw invalidUrl('it begins with https://')
  if (!/^[!-~]+$/.test(url) || /[?#@\\%"<>^`{|}]/.test(url)) {
    throw invalidUrl('it has neither credentials nor a query or fragment, and no characters that URLs escape')
  }
  if (!URL.canParse(url) || !isPlain(url)) throw invalidUrl('it names a host, and has no empty or dotted parts')
}

/** The issuer without its scheme: the provider's name in AWS, and what its claims' condition keys begin with. */
export function nameOfIssuer(issuer: string): string {
  return issuer.slice('https://'.length)
}

/**
 * The name that a provider's ARN ends in: its issuer's, as in AWS, unless a tag `lading:name` gives it one. Clusters that
 * were set up alike have one issuer and different keys, and each needs a name of its own (iam.md 3.5).
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function providerNameFor(
  issuer: string,
  tags: readonly { readonly key: string; readonly value: string }[],
): string {
  const name = tags.find(({ key }) => key === PROVIDER_NAME_TAG)?.value
  if (name === undefined) return nameOfIssuer(issuer)
  checkGivenName(name, `The tag ${PROVIDER_NAME_TAG}`)
  return name
}

/** @param what has the name, at the beginning of the sentence. @throws {Refusal} `parameter-invalid` */
export function checkGivenName(name: string, what: string): void {
  if (name.length <= LONGEST_URL && GIVEN_NAME.test(name)) return
  throw new Refusal(
    'parameter-invalid',
    `${what} must be 1 to ${LONGEST_URL} letters, digits, dots, dashes, underscores, colons or slashes, the first and the last a letter or a digit.`,
  )
}

/** Whether a URL parser leaves it as it is, but for the case of its host and a slash where there is no path. */
function isPlain(url: string): boolean {
  const { href, hostname } = new URL(url)
  const same = [url, `${url}/`].some((written) => written.toLowerCase() === href.toLowerCase())
  return hostname !== '' && same && !nameOfIssuer(url).includes('//')
}

function invalidUrl(why: string): Refusal {
  return new Refusal('parameter-invalid', `Invalid Open ID Connect Provider URL: ${why}.`)
}
