import { repositoryArn } from '../../services/authorize.ts'
import { getRepositories, listRepositories } from '../../services/repositories/describe-repositories.ts'
import { defineAction } from './define-action.ts'
import { nextToken, parsePage, parseRepositoryNames, refusePaging } from './parameters.ts'
import { repositoryView } from './repository-view.ts'

const LIST = { name: 'repositories', keyLength: 1 }

/** `DescribeRepositories`: those that are named, or a page of all. */
export const describeRepositories = defineAction('DescribeRepositories', {
  parse: (fields) => {
    const names = parseRepositoryNames(fields)
    if (names !== undefined) refusePaging(fields, 'repositoryNames')
    return { names, page: parsePage(fields, LIST) }
  },
  resources: (registry, { names }) => (names ?? ['*']).map((name) => repositoryArn(registry, name)),
  handle: async (call, { names, page }) => {
    const { services, caller } = call
    if (names !== undefined) {
      const repositories = await getRepositories(services, caller, names)
      return { repositories: repositories.map((repository) => repositoryView(call, repository)) }
    }
    const after = page.after?.[0] ?? undefined
    const { repositories, next } = await listRepositories(services, caller, { limit: page.limit, after })
    return {
      repositories: repositories.map((repository) => repositoryView(call, repository)),
      nextToken: nextToken(LIST, next === undefined ? undefined : [next]),
    }
  },
})
