import { templatePrefixesFor } from '../../core/ecr/template-prefix.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { CreationTemplate } from '../../ports/metadata/creation-templates.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/**
 * The template that shapes a new repository: the longest prefix among those that are applied for `purpose`, else
 * `ROOT`'s (ecr.md 7.2).
 */
export async function findTemplateFor(
  metadata: MetadataReader,
  registry: Registry,
  repository: { name: RepositoryName; purpose: CreationTemplate['appliedFor'][number] },
): Promise<CreationTemplate | undefined> {
  for (const prefix of templatePrefixesFor(repository.name)) {
    const template = await metadata.findCreationTemplate(registry.id, prefix)
    if (template?.appliedFor.includes(repository.purpose)) return template
  }
  return undefined
}
