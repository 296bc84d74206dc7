import { OCI_HEADERS } from './oci-headers.ts'

/** `GET /v2/` (end-1): clients learn here whether their credentials are good. */
export async function getVersion(): Promise<Response> {
  return Response.json({}, { headers: OCI_HEADERS })
}

/** `GET /v2/_oci/ext/discover` (extensions/_oci.md): the catalog is the one address beyond the specification. */
export async function discoverExtensions(): Promise<Response> {
  const catalog = {
    name: '_catalog',
    url: 'https://distribution.github.io/distribution/spec/api/#catalog',
    description: 'All repositories of the registry, in pages.',
    endpoints: ['/v2/_catalog'],
  }
  return Response.json({ extensions: [catalog] }, { headers: OCI_HEADERS })
}
