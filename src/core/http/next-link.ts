/**
 * A `Link` header to the next page (RFC 8288; distribution-spec, "Listing Tags"). Relative, so that no Host header can
 * get into it, and every value escaped, so that none can end the address or the header.
 *
 * @param path of checked values only
 */
export function nextLink(
  path: string,
  parameters: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[],
): string {
  const pairs = Array.isArray(parameters) ? parameters : Object.entries(parameters)
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')
  return `<${path}?${query}>; rel="next"`
}
