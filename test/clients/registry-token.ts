import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import type { Endpoint } from './server.ts'

/** A client of Amazon's own SDK, pointed at the registry with its root key. */
export function ecrClient(endpoint: Endpoint): ECRClient {
  const { accessKeyId, secretAccessKey, region, url } = endpoint
  return new ECRClient({ region, endpoint: url, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
}

/** The password for the user `AWS`, as `aws ecr get-login-password` prints it. */
export async function fetchRegistryToken(endpoint: Endpoint): Promise<string> {
  if (!endpoint.speaksEcr) return endpoint.secretAccessKey
  const { authorizationData } = await ecrClient(endpoint).send(new GetAuthorizationTokenCommand({}))
  const token = authorizationData?.[0]?.authorizationToken
  if (token === undefined) throw new Error('GetAuthorizationToken gave no token')
  const [user, password] = atob(token).split(':')
  if (user !== 'AWS' || password === undefined) throw new Error(`the token is for the user ${user}, not AWS`)
  return password
}
