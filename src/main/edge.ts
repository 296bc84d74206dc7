/** An answer from before any API: in the form of OCI's errors, which every registry client can show. */
export function edgeRefusal(status: number, code: string, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status })
}

/** Scheme and host of the last address that was good: a server is asked by few names, and parsing each costs. */
let goodOrigin = ''

/** Whether a URL can be made of the address. Bun gives the bare path without a host, and else whatever Host held. */
function isAddress(url: string): boolean {
  if (!url.startsWith('http')) return false
  if (url.startsWith(goodOrigin) && url[goodOrigin.length] === '/') return true
  if (!URL.canParse(url)) return false
  goodOrigin = url.slice(0, url.indexOf('/', url.indexOf('//') + 2))
  return true
}

/** What no API is asked about at all. */
export function refuseAtEdge(request: Request): Response | undefined {
  if (!isAddress(request.url)) return edgeRefusal(400, 'UNSUPPORTED', 'The Host header must name a host.')
  // Several Host headers arrive as one list. Two readers of such a request may disagree about it: RFC 9112 section 3.2.
  if (request.headers.get('host')?.includes(',')) {
    return edgeRefusal(400, 'UNSUPPORTED', 'There must be exactly one Host header.')
  }
  if (request.method === 'OPTIONS' || request.method === 'TRACE' || request.method === 'CONNECT') {
    const refusal = edgeRefusal(405, 'UNSUPPORTED', `The method ${request.method} is not supported.`)
    refusal.headers.set('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    return refusal
  }
  const expectation = request.headers.get('expect')
  if (expectation !== null && expectation.toLowerCase() !== '100-continue') {
    return edgeRefusal(417, 'UNSUPPORTED', 'The only expectation that is supported is 100-continue.')
  }
  return undefined
}

export function refuseDotSegments(): Response {
  return edgeRefusal(
    400,
    'NAME_INVALID',
    'The path must not hold "." or ".." segments, encoded or not, nor backslashes.',
  )
}

/** The path as it is after Bun's normalising, without its query. Cheaper than a `URL`, and every request needs it. */
export function pathOf(url: string): string {
  const begin = url.indexOf('/', url.indexOf('//') + 2)
  const query = url.indexOf('?', begin)
  return query === -1 ? url.slice(begin) : url.slice(begin, query)
}
