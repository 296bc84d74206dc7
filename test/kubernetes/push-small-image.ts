import { join } from 'node:path'
import { pushImage } from '../clients/registry-http.ts'
import type { Endpoint } from '../clients/server.ts'
import { makeSmallImage } from './small-image.ts'

/** Pushes an image that no other repository has anything of. @returns the reference that a pod names it by */
export async function pushSmallImage(
  registry: Endpoint,
  { directory, repository }: { readonly directory: string; readonly repository: string },
): Promise<string> {
  const place = join(directory, repository.replaceAll('/', '-'))
  const image = await makeSmallImage(place, 'v1', `this is ${repository}`)
  await pushImage(registry, repository, image)
  return `${registry.host}/${repository}:v1`
}
