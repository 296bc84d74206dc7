import { putAccountSetting as put } from '../../services/account-settings.ts'
import { defineAction } from './define-action.ts'

/** `PutAccountSetting`. */
export const putAccountSetting = defineAction('PutAccountSetting', {
  parse: (fields) => ({
    name: fields.requiredText('name', { min: 1, max: 64 }),
    value: fields.requiredText('value'),
  }),
  resources: () => ['*'],
  keys: ({ name }) => [{ 'ecr:accountsetting': name }],
  handle: async ({ services, caller }, setting) => {
    await put(services, caller.registry, setting)
    return setting
  },
})
