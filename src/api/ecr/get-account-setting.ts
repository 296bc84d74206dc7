import { getAccountSetting as get } from '../../services/account-settings.ts'
import { defineAction } from './define-action.ts'

/** `GetAccountSetting`. */
export const getAccountSetting = defineAction('GetAccountSetting', {
  parse: (fields) => fields.requiredText('name', { min: 1, max: 64 }),
  resources: () => ['*'],
  keys: (name) => [{ 'ecr:accountsetting': name }],
  handle: async ({ services, caller }, name) => ({ name, value: await get(services, caller.registry, name) }),
})
