/** What every answer of this surface carries: Docker looks for it on `/v2/`. */
export const OCI_HEADERS = { 'Docker-Distribution-Api-Version': 'registry/2.0' } as const
