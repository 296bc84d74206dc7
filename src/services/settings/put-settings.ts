import { checkSetting } from '../../core/settings/check-setting.ts'
import { leftOf } from '../../core/settings/quota.ts'
import type { ParentScope, Scope } from '../../core/settings/scope.ts'
import type { Setting } from '../../core/settings/settings.ts'
import type { PolicyReach, SettingRecord } from '../../ports/metadata/settings.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { checkScopePolicy, refuseTooManyPolicies } from './check-scope-policy.ts'
import { putOwnSettings } from './own-settings.ts'
import { refuseBelowLocked } from './refuse-if-locked.ts'
import { findPlace, requireOperatorOf } from './scope-access.ts'

/** One setting as it was asked for. */
export type AskedSetting = Setting & { readonly locked: boolean }

/**
 * Says settings of a scope anew; those that are not given stay. Whatever decides by them sees all of them or none.
 *
 * @param put `force`: whether the caller may lose the right to set policies by a policy that is put
 * @throws {Refusal} `parameter-invalid`; `setting-locked` when a scope above does not allow one of them;
 *   `repository-unknown`; `limit-exceeded`; `denied` for a policy without the permission to set it
 */
export async function putSettings(
  services: Services,
  caller: Caller,
  scope: Scope,
  put: { readonly settings: readonly AskedSetting[]; readonly force: boolean },
): Promise<void> {
  for (const setting of put.settings) checkSetting(scope, setting, setting.locked)
  const place = await findPlace(services, caller, scope)
  const changed = { changedAtMs: services.clock.nowMs(), changedBy: caller.principal.arn }
  const settings: SettingRecord[] = []
  for (const setting of put.settings) {
    const asked = { ...setting, ...changed }
    if (asked.name !== 'repositoryPolicy') settings.push(asked)
    else {
      const policy = { text: asked.value, force: put.force }
      settings.push({ ...asked, value: await checkScopePolicy(services, caller, place, policy) })
    }
  }
  await services.metadata.transact(async (transaction) => {
    await requireOperatorOf(transaction, caller, scope, 'lading:PutInstallationSettings')
    if (place.repository === undefined) return await putScopeSettings(transaction, caller, place.scope, settings)
    await putOwnSettings(services, caller, transaction, { repository: place.repository, settings })
  })
}

async function putScopeSettings(
  transaction: MetadataTransaction,
  caller: Caller,
  scope: ParentScope,
  settings: readonly SettingRecord[],
): Promise<void> {
  const { id: registryId } = caller.registry
  const changesPolicy = settings.some(({ name }) => name === 'repositoryPolicy')
  await transaction.lockSettings(changesPolicy ? reachOf(caller, scope) : undefined)
  await refuseBelowLocked(transaction, { registryId, scope }, settings)
  for (const setting of settings) {
    await transaction.putScopeSetting(registryId, scope, setting)
    if (setting.name !== 'quota') continue
    const used = await transaction.sumUsage(registryId, scope)
    await transaction.setQuotaLeft({ registryId, scope }, leftOf(setting.value, used))
  }
  if (changesPolicy) await refuseTooManyPolicies(transaction, registryId)
}

/** Whose decisions the scope's policy is part of. */
export function reachOf({ registry }: Caller, scope: ParentScope): PolicyReach {
  return scope.kind === 'installation' ? 'everybody' : { accountId: registry.accountId }
}
