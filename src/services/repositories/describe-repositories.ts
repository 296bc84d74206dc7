import type { RepositoryName } from '../../core/repository-name.ts'
import type { Page } from '../../ports/metadata/page.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'

export interface RepositoryPage {
  readonly repositories: readonly Repository[]
  /** After which name the next page begins, if there is one. */
  readonly next: RepositoryName | undefined
}

/** A page of the registry's repositories, in byte order of their names. */
export async function listRepositories(services: Services, caller: Caller, page: Page): Promise<RepositoryPage> {
  const rows = await services.metadata.listRepositories(caller.registry.id, { ...page, limit: page.limit + 1 })
  const repositories = rows.slice(0, page.limit)
  return { repositories, next: rows.length > page.limit ? repositories.at(-1)?.name : undefined }
}
