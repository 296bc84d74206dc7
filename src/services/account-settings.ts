import { checkAccountSetting, defaultAccountSetting } from '../core/ecr/account-settings.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { Services } from './context.ts'

/** @throws {Refusal} `parameter-invalid` for a name that is no setting */
export async function getAccountSetting(services: Services, registry: Registry, name: string): Promise<string> {
  const fallback = defaultAccountSetting(name)
  const settings = await services.metadata.getAccountSettings(registry.id)
  return settings[name] ?? fallback
}

/** @throws {Refusal} `parameter-invalid` */
export async function putAccountSetting(
  services: Services,
  registry: Registry,
  setting: { name: string; value: string },
): Promise<void> {
  checkAccountSetting(setting.name, setting.value)
  await services.metadata.transact((transaction) =>
    transaction.putAccountSetting(registry.id, setting.name, setting.value),
  )
}
