import { Refusal } from '../../core/refusal.ts'
import { describeScope, type ParentScope, type Scope } from '../../core/settings/scope.ts'
import type { SettingName } from '../../core/settings/settings.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { authorizePolicyChange } from './check-scope-policy.ts'
import { deleteOwnSetting } from './own-settings.ts'
import { reachOf } from './put-settings.ts'
import { findPlace, requireOperatorOf } from './scope-access.ts'

/**
 * The scope says nothing of it any more, and what scopes above say counts.
 *
 * @throws {Refusal} `entity-unknown` when it says nothing of it; `repository-unknown`; `denied` for a policy without the
 *   permission to delete it
 */
export async function deleteSetting(
  services: Services,
  caller: Caller,
  scope: Scope,
  name: SettingName,
): Promise<void> {
  const place = await findPlace(services, caller, scope)
  if (name === 'repositoryPolicy') await authorizePolicyChange(services, caller, 'ecr:DeleteRepositoryPolicy', place)
  await services.metadata.transact(async (transaction) => {
    await requireOperatorOf(transaction, caller, scope, 'lading:DeleteInstallationSetting')
    const wasThere =
      place.repository === undefined
        ? await deleteScopeSetting(transaction, caller, place.scope, name)
        : await deleteOwnSetting(services, caller, transaction, { repository: place.repository, name })
    if (wasThere) return
    throw new Refusal('entity-unknown', `The setting ${name} is not set by ${describeScope(scope)}.`)
  })
}

async function deleteScopeSetting(
  transaction: MetadataTransaction,
  caller: Caller,
  scope: ParentScope,
  name: SettingName,
): Promise<boolean> {
  const { id: registryId } = caller.registry
  await transaction.lockSettings(name === 'repositoryPolicy' ? reachOf(caller, scope) : undefined)
  if (name === 'quota') await transaction.setQuotaLeft({ registryId, scope }, undefined)
  return await transaction.deleteScopeSetting(registryId, scope, name)
}
