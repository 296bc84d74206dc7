import type { Digest } from '../../core/digest.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Tag } from '../../core/tag.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

/** Where a tag pointed at two instants; not the same twice. */
export interface TagDifference {
  readonly repository: Repository
  readonly tag: Tag
  readonly before: Digest | undefined
  readonly after: Digest | undefined
}

/** Where a page ends. */
export interface ChangesKey {
  readonly repositoryName: RepositoryName
  /** Undefined when all of the repository was looked at. */
  readonly tag: Tag | undefined
}

/** It may have fewer than were asked for, even none, and still have a next one. */
export interface ChangesPage<Key> {
  readonly changes: readonly TagDifference[]
  /** Where to go on; undefined at the end. */
  readonly next: Key | undefined
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const AT_ONCE = 200
const REPOSITORIES_AT_ONCE = 100
/** So many tags are looked at for one page, and repositories, whatever has changed. */
const MOST_TAGS = 2000
const MOST_REPOSITORIES = 1000

type Reads = Pick<MetadataReader, 'listChangedTags' | 'findTagAt'>

/**
 * Which of a repository's tags were something else at the end of a span than at its beginning, in byte order. What
 * changed and changed back is no difference.
 */
export async function tagChanges(
  metadata: Reads,
  repository: Repository,
  span: Span,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<ChangesPage<Tag>> {
  return await look(metadata, repository, { ...page, span, room: { tags: MOST_TAGS } })
}

interface Looking {
  readonly span: Span
  readonly after?: string | undefined
  readonly limit: number
  /** Of the page: tags that may still be looked at. */
  readonly room: { tags: number }
}

async function look(
  metadata: Reads,
  repository: Repository,
  { span: { fromMs, toMs }, after, limit, room }: Looking,
): Promise<ChangesPage<Tag>> {
  const changes: TagDifference[] = []
  let last = after
  for (;;) {
    const tags = await metadata.listChangedTags(
      repository.id,
      { afterMs: fromMs, untilMs: toMs },
      { after: last, limit: AT_ONCE },
    )
    for (const tag of tags) {
      const before = (await metadata.findTagAt(repository.id, tag, fromMs))?.digest
      const now = (await metadata.findTagAt(repository.id, tag, toMs))?.digest
      if (before !== now) changes.push({ repository, tag, before, after: now })
      last = tag
      room.tags -= 1
      if (changes.length === limit || room.tags <= 0) return { changes, next: tag }
    }
    if (tags.length < AT_ONCE) return { changes, next: undefined }
    await nextTurn()
  }
}

/**
 * The same of all live repositories under a namespace, `team-blue/`, by their names.
 *
 * @param page.after of a repository under that namespace: whoever may see it may not see others
 */
export async function namespaceTagChanges(
  metadata: Reads & Pick<MetadataReader, 'listRepositories' | 'findRepository'>,
  namespace: { readonly registryId: number; readonly path: string },
  span: Span,
  page: { readonly after?: ChangesKey | undefined; readonly limit: number },
): Promise<ChangesPage<ChangesKey>> {
  const { registryId, path } = namespace
  const changes: TagDifference[] = []
  const room = { tags: MOST_TAGS }
  let at = page.after
  for (let looked = 0; looked < MOST_REPOSITORIES; looked += REPOSITORIES_AT_ONCE) {
    const repositories = await repositoriesFrom(metadata, { registryId, path }, at)
    for (const repository of repositories) {
      if (!repository.name.startsWith(path)) return { changes, next: undefined }
      const after = repository.name === at?.repositoryName ? at.tag : undefined
      const limit = page.limit - changes.length
      const { changes: found, next } = await look(metadata, repository, { span, after, limit, room })
      changes.push(...found)
      at = { repositoryName: repository.name, tag: next }
      if (next !== undefined) return { changes, next: at }
    }
    if (repositories.length < REPOSITORIES_AT_ONCE) return { changes, next: undefined }
    await nextTurn()
  }
  return { changes, next: at }
}

/** A page of them, and before it the one that the key is in the middle of. */
async function repositoriesFrom(
  metadata: Pick<MetadataReader, 'listRepositories' | 'findRepository'>,
  { registryId, path }: { readonly registryId: number; readonly path: string },
  at: ChangesKey | undefined,
): Promise<Repository[]> {
  const begun = at?.tag === undefined ? undefined : await metadata.findRepository(registryId, at.repositoryName)
  const page = { after: at?.repositoryName ?? path, limit: REPOSITORIES_AT_ONCE }
  const others = await metadata.listRepositories(registryId, page)
  return begun === undefined ? others : [begun, ...others]
}
