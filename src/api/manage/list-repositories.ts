import * as z from 'zod'
import { allRepositoriesArn } from '../../core/ecr/repository-arn.ts'
import { Refusal } from '../../core/refusal.ts'
import { isRepositoryName, type RepositoryName } from '../../core/repository-name.ts'
import { listRepositories as list } from '../../services/repositories/describe-repositories.ts'
import { defineOperation } from './define-operation.ts'
import { pageQuery } from './fields.ts'
import { repositorySummary, viewSummary } from './repository-view.ts'

/** `GET /api/v1/repositories` */
export const listRepositories = defineOperation('ListRepositories', {
  method: 'get',
  path: '/repositories',
  summary: 'Lists the repositories of the registry, in byte order.',
  decidedIn: "caller's account",
  query: pageQuery,
  output: z.strictObject({ repositories: z.array(repositorySummary), next: z.string().optional() }),
  resource: (registry) => allRepositoriesArn(registry),
  handle: async ({ services, caller }, { query: { after, limit } }) => {
    const { repositories, next } = await list(services, caller, { limit, after: parseAfter(after) })
    const views = repositories.map((repository) => viewSummary(caller.registry, repository))
    return { repositories: views, ...(next !== undefined && { next }) }
  },
})

function parseAfter(text: string | undefined): RepositoryName | undefined {
  if (text === undefined || isRepositoryName(text)) return text
  throw new Refusal('parameter-invalid', 'after must be what `next` of the page before said.')
}
