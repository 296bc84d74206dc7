import type { RepositoryName } from '../../core/repository-name.ts'
import type { Page } from '../../ports/metadata/page.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { getRepository } from '../get-repository.ts'

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

/** @throws {Refusal} `repository-unknown` for the first name that is not there: the whole call fails, as ECR's does */
export async function getRepositories(
  services: Services,
  caller: Caller,
  names: readonly RepositoryName[],
): Promise<Repository[]> {
  const repositories: Repository[] = []
  for (const name of new Set(names)) repositories.push(await getRepository(services, caller, name))
  return repositories
}
