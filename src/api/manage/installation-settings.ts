import * as z from 'zod'
import { deleteSetting } from '../../services/settings/delete-setting.ts'
import { getSettings } from '../../services/settings/get-settings.ts'
import { putSettings } from '../../services/settings/put-settings.ts'
import { scopeArn } from '../../services/settings/scope-arn.ts'
import { defineOperation } from './define-operation.ts'
import { settingsBody } from './put-settings.ts'
import { askedSettings, settingNameField, settingView, viewSetting } from './setting-fields.ts'

const INSTALLATION = { kind: 'installation' } as const
const output = z.strictObject({ settings: z.array(settingView) })

/** `GET /api/v1/installation/settings` */
export const getInstallationSettings = defineOperation('GetInstallationSettings', {
  method: 'get',
  path: '/installation/settings',
  summary: 'Shows what is said for all registries.',
  decidedIn: 'default account',
  output,
  resource: (registry) => scopeArn(registry, INSTALLATION),
  handle: async ({ services, caller }) => ({
    settings: (await getSettings(services, caller, INSTALLATION)).map(viewSetting),
  }),
})

/** `PUT /api/v1/installation/settings` */
export const putInstallationSettings = defineOperation('PutInstallationSettings', {
  method: 'put',
  path: '/installation/settings',
  summary: 'Sets what is given for all registries; what is not given stays.',
  decidedIn: 'default account',
  body: settingsBody,
  output,
  resource: (registry) => scopeArn(registry, INSTALLATION),
  handle: async ({ services, caller }, { body: { settings, force } }) => {
    await putSettings(services, caller, INSTALLATION, { settings: askedSettings(settings), force })
    return { settings: (await getSettings(services, caller, INSTALLATION)).map(viewSetting) }
  },
})

/** `DELETE /api/v1/installation/settings/{setting}` */
export const deleteInstallationSetting = defineOperation('DeleteInstallationSetting', {
  method: 'delete',
  path: '/installation/settings/{setting}',
  summary: 'Takes a setting from all registries.',
  decidedIn: 'default account',
  parameters: z.strictObject({ setting: settingNameField }),
  resource: (registry) => scopeArn(registry, INSTALLATION),
  handle: async ({ services, caller }, { parameters }) => {
    await deleteSetting(services, caller, INSTALLATION, parameters.setting)
  },
})
