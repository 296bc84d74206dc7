import * as z from 'zod'
import { getSettings } from '../../services/settings/get-settings.ts'
import { putSettings as put } from '../../services/settings/put-settings.ts'
import { scopeArn } from '../../services/settings/scope-arn.ts'
import { defineOperation } from './define-operation.ts'
import { askedSettings, scopeOf, scopeQuery, settingsField, settingView, viewSetting } from './setting-fields.ts'

export const settingsBody = z.strictObject({
  settings: settingsField,
  force: z.boolean().default(false).describe('Whether you may lose the right to set policies by a policy.'),
})

/** `PUT /api/v1/settings` */
export const putSettings = defineOperation('PutSettings', {
  method: 'put',
  path: '/settings',
  summary: 'Sets what is given for the registry, a namespace or a repository; what is not given stays.',
  decidedIn: "caller's account",
  query: scopeQuery,
  body: settingsBody,
  output: z.strictObject({ settings: z.array(settingView) }),
  resource: (registry, { query }) => scopeArn(registry, scopeOf(query)),
  repository: ({ query }) => query.repository,
  handle: async ({ services, caller }, { query, body: { settings, force } }) => {
    const scope = scopeOf(query)
    await put(services, caller, scope, { settings: askedSettings(settings), force })
    return { settings: (await getSettings(services, caller, scope)).map(viewSetting) }
  },
})
