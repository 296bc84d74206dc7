import type { Registry } from '../ports/metadata/registries.ts'
import type { MetadataReader } from '../ports/metadata-store.ts'

/** The registry of this number, as a repository's row has it. */
export async function getRegistry(
  metadata: Pick<MetadataReader, 'listRegistries'>,
  registryId: number,
): Promise<Registry> {
  const registry = (await metadata.listRegistries()).find(({ id }) => id === registryId)
  if (registry === undefined) throw new Error(`there is no registry ${registryId}`)
  return registry
}
