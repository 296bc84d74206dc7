import { allRepositoriesArn } from '../../core/ecr/repository-arn.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { repositoryUnknown } from '../../services/get-repository.ts'
import { listRepositories } from '../../services/repositories/describe-repositories.ts'
import { withViews } from '../../services/settings/settings-in-force.ts'
import { defineAction, type EcrCall } from './define-action.ts'
import { nextToken, parsePage, parseRepositoryNames, refusePaging } from './parameters.ts'
import { repositoryView } from './repository-view.ts'

const LIST = { name: 'repositories', keyLength: 1 }

/** `DescribeRepositories`: those that are named, or a page of all. */
export const describeRepositories = defineAction('DescribeRepositories', {
  parse: (fields) => {
    const given = parseRepositoryNames(fields)
    if (given !== undefined) refusePaging(fields, 'repositoryNames')
    const names = given === undefined ? undefined : [...new Set(given)]
    return { names, page: parsePage(fields, LIST) }
  },
  resources: (registry, { names }) => names?.map((name) => ({ name })) ?? [allRepositoriesArn(registry)],
  handle: async (call, { names, page }, found) => {
    const { services, caller } = call
    if (names !== undefined) {
      const repositories = names.map((name, index) => {
        const repository = found[index]
        // One that is not there fails the whole call, as ECR's does.
        if (repository === undefined) throw repositoryUnknown(name, caller.registry.accountId)
        return repository
      })
      return { repositories: await viewAll(call, repositories) }
    }
    const after = page.after?.[0] ?? undefined
    const { repositories, next } = await listRepositories(services, caller, { limit: page.limit, after })
    return {
      repositories: await viewAll(call, repositories),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})

async function viewAll(call: EcrCall, repositories: readonly Repository[]) {
  const page = await withViews(call.services.metadata, repositories)
  return page.map(({ repository, inForce }) => repositoryView(call, repository, inForce))
}
