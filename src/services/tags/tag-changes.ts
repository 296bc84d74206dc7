import type { Digest } from '../../core/digest.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Tag } from '../../core/tag.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

/** Where a tag pointed at two instants; not the same twice. */
export interface TagDifference {
  readonly repositoryName: RepositoryName
  readonly tag: Tag
  readonly before: Digest | undefined
  readonly after: Digest | undefined
}

/** The last one of a page. */
export interface ChangesKey {
  readonly repositoryName: RepositoryName
  readonly tag: Tag
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const AT_ONCE = 200
const REPOSITORIES_AT_ONCE = 100

type Reads = Pick<MetadataReader, 'listChangedTags' | 'findTagAt'>

/**
 * Which of a repository's tags were something else at the end of a span than at its beginning, in byte order. What
 * changed and changed back is no difference.
 */
export async function tagChanges(
  metadata: Reads,
  repository: Repository,
  { fromMs, toMs }: Span,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<TagDifference[]> {
  const found: TagDifference[] = []
  let { after } = page
  while (found.length < page.limit) {
    const tags = await metadata.listChangedTags(
      repository.id,
      { afterMs: fromMs, untilMs: toMs },
      { after, limit: AT_ONCE },
    )
    for (const tag of tags) {
      const before = (await metadata.findTagAt(repository.id, tag, fromMs))?.digest
      const now = (await metadata.findTagAt(repository.id, tag, toMs))?.digest
      if (before !== now) found.push({ repositoryName: repository.name, tag, before, after: now })
      after = tag
      if (found.length === page.limit) return found
    }
    if (tags.length < AT_ONCE) return found
    await nextTurn()
  }
  return found
}

/** The same of all live repositories under a namespace, `team-blue/`, by their names. */
export async function namespaceTagChanges(
  metadata: Reads & Pick<MetadataReader, 'listRepositories' | 'findRepository'>,
  namespace: { readonly registryId: number; readonly path: string },
  span: Span,
  page: { readonly after?: ChangesKey | undefined; readonly limit: number },
): Promise<TagDifference[]> {
  const found: TagDifference[] = []
  const { registryId, path } = namespace
  const begun = page.after && (await metadata.findRepository(registryId, page.after.repositoryName))
  if (begun !== undefined) {
    found.push(...(await tagChanges(metadata, begun, span, { after: page.after?.tag, limit: page.limit })))
  }
  let after: string = page.after?.repositoryName ?? path
  while (found.length < page.limit) {
    const repositories = await metadata.listRepositories(registryId, { after, limit: REPOSITORIES_AT_ONCE })
    for (const repository of repositories) {
      if (!repository.name.startsWith(path)) return found
      const limit = page.limit - found.length
      if (limit === 0) return found
      found.push(...(await tagChanges(metadata, repository, span, { limit })))
      after = repository.name
    }
    if (repositories.length < REPOSITORIES_AT_ONCE) return found
    await nextTurn()
  }
  return found
}
