import * as z from 'zod'
import { deleteSetting as remove } from '../../services/settings/delete-setting.ts'
import { scopeArn } from '../../services/settings/scope-arn.ts'
import { defineOperation } from './define-operation.ts'
import { scopeOf, scopeQuery, settingNameField } from './setting-fields.ts'

/** `DELETE /api/v1/settings/{setting}` */
export const deleteSetting = defineOperation('DeleteSetting', {
  method: 'delete',
  path: '/settings/{setting}',
  summary: 'Takes a setting from the registry, a namespace or a repository: what is above it counts then.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ setting: settingNameField }),
  query: scopeQuery,
  resource: (registry, { query }) => scopeArn(registry, scopeOf(query)),
  repository: ({ query }) => query.repository,
  handle: async ({ services, caller }, { parameters, query }) => {
    await remove(services, caller, scopeOf(query), parameters.setting)
  },
})
