import { Refusal } from '../../core/refusal.ts'

/** Where this server is, as clients know it. */
interface OwnAddress {
  readonly host: string
  readonly externalUrl: string | undefined
}

/**
 * A browser sends a remembered password with whatever page asks for it, so a page of somebody else's must not get
 * through: browsers say where a page is from, and nobody else does.
 *
 * @throws {Refusal} `denied`
 */
export function checkOrigin(headers: Headers, own: OwnAddress): void {
  const site = headers.get('sec-fetch-site')
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none'
  const origin = headers.get('origin')
  if (isForeign || (origin !== null && !isOwn(origin, own))) {
    throw new Refusal('denied', 'The management API does not answer pages of other sites.')
  }
}

/** Hosts are compared, not schemes: a proxy in front may be who speaks TLS. */
function isOwn(origin: string, { host, externalUrl }: OwnAddress): boolean {
  if (!URL.canParse(origin)) return false
  const { host: given } = new URL(origin)
  if (given === '') return false
  return given === new URL(`http://${host}`).host || (externalUrl !== undefined && given === new URL(externalUrl).host)
}
