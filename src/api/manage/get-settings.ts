import * as z from 'zod'
import { getSettings as get } from '../../services/settings/get-settings.ts'
import { scopeArn } from '../../services/settings/scope-arn.ts'
import { defineOperation } from './define-operation.ts'
import { scopeOf, scopeQuery, settingView, viewSetting } from './setting-fields.ts'

/** `GET /api/v1/settings` */
export const getSettings = defineOperation('GetSettings', {
  method: 'get',
  path: '/settings',
  summary: 'Shows what the registry, a namespace or a repository itself says.',
  decidedIn: "caller's account",
  query: scopeQuery,
  output: z.strictObject({ settings: z.array(settingView) }),
  resource: (registry, { query }) => scopeArn(registry, scopeOf(query)),
  repository: ({ query }) => query.repository,
  handle: async ({ services, caller }, { query }) => ({
    settings: (await get(services, caller, scopeOf(query))).map(viewSetting),
  }),
})
