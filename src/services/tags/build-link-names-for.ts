import type { BuildLinkNames } from '../../core/tags/build-links.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { tagRulesFor } from './tag-rules-for.ts'

/** The annotations that each of the repository's rules asks for; none when no rule asks for any. */
export async function buildLinkNamesFor(
  { metadata }: Services,
  repository: Repository,
): Promise<readonly BuildLinkNames[]> {
  const rules = await tagRulesFor(metadata, repository)
  return rules.flatMap(({ buildLinks }) => (buildLinks === undefined ? [] : [buildLinks]))
}

/** The annotations that any of them asks for, for whoever shows what is there. */
export async function allBuildLinkNamesFor(services: Services, repository: Repository): Promise<BuildLinkNames> {
  const names = await buildLinkNamesFor(services, repository)
  return { address: names.flatMap(({ address }) => address), revision: names.flatMap(({ revision }) => revision) }
}
