import * as z from 'zod'
import { allRepositoriesArn } from '../../core/ecr/repository-arn.ts'
import { listNamespaces as list } from '../../services/settings/list-namespaces.ts'
import { defineOperation } from './define-operation.ts'
import { pageQuery } from './fields.ts'
import { settingNameField } from './setting-fields.ts'

/** `GET /api/v1/namespaces` */
export const listNamespaces = defineOperation('ListNamespaces', {
  method: 'get',
  path: '/namespaces',
  summary: 'Lists namespaces that hold repositories or have settings, in byte order.',
  decidedIn: "caller's account",
  query: pageQuery,
  output: z.strictObject({
    namespaces: z.array(z.strictObject({ path: z.string(), settings: z.array(settingNameField) })),
    next: z.string().optional().describe('There may be more although a page has fewer than asked for.'),
  }),
  resource: (registry) => allRepositoriesArn(registry),
  handle: async ({ services, caller }, { query: { after, limit } }) => {
    const { namespaces, next } = await list(services.metadata, caller.registry.id, { after, limit })
    const views = namespaces.map(({ path, settings }) => ({ path, settings: [...settings] }))
    return { namespaces: views, ...(next !== undefined && { next }) }
  },
})
