import { leftOf } from '../../core/settings/quota.ts'
import type { SaidSetting } from '../../core/settings/resolve-settings.ts'
import type { SettingName } from '../../core/settings/settings.ts'
import type { Repository, RepositoryChange } from '../../ports/metadata/repositories.ts'
import type { SettingRecord } from '../../ports/metadata/settings.ts'
import type { MetadataReader, MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseIfLocked } from './refuse-if-locked.ts'
import { ownSettings } from './settings-in-force.ts'

/*
 * What a repository says itself. What ECR's API has of it is in the repository's row, whoever sets it; the rest are
 * rows of their own.
 */

/** Of its row nobody knows who said it. */
export type ShownSetting = SaidSetting & Partial<Pick<SettingRecord, 'changedAtMs' | 'changedBy'>>

export async function readOwnSettings(reader: MetadataReader, repository: Repository): Promise<ShownSetting[]> {
  const { registryId, name } = repository
  const said = await reader.listSettings(registryId, { namespaces: [], repository })
  const { repositoryPolicyText: policy, lifecyclePolicyText: lifecycle } = await reader.readPolicyTexts(repository.id)
  const place = { scope: { kind: 'repository', name }, locked: false } as const
  return [
    ...said.filter(({ scope }) => scope.kind === 'repository'),
    ...ownSettings(repository),
    ...(policy === undefined ? [] : [{ ...place, name: 'repositoryPolicy' as const, value: policy }]),
    ...(lifecycle === undefined ? [] : [{ ...place, name: 'lifecyclePolicy' as const, value: lifecycle }]),
  ]
}

/** @throws {Refusal} `setting-locked`, `repository-unknown` */
export async function putOwnSettings(
  services: Services,
  caller: Caller,
  transaction: MetadataTransaction,
  { repository, settings }: { repository: Repository; settings: readonly SettingRecord[] },
): Promise<void> {
  const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
  await refuseIfLocked(transaction, current, settings)
  for (const setting of settings) await putOne(transaction, current, setting)
  await recordChange(services, caller, transaction, { repository: current, change: changeOf(settings) })
}

async function putOne(
  transaction: MetadataTransaction,
  { id, registryId }: Repository,
  setting: SettingRecord,
): Promise<void> {
  switch (setting.name) {
    case 'tagMutability':
      return await transaction.updateRepository(id, { tagMutability: setting.value })
    case 'scanOnPush':
      return await transaction.updateRepository(id, { scanOnPush: setting.value })
    case 'repositoryPolicy':
      return await transaction.putRepositoryPolicy(id, setting.value)
    case 'lifecyclePolicy':
      return await transaction.putLifecyclePolicy(id, setting.value)
    case 'quota': {
      await transaction.putRepositorySetting(id, setting)
      const left = leftOf(setting.value, await transaction.repositoryUsage(id))
      return await transaction.setQuotaLeft({ registryId, repositoryId: id }, left)
    }
    default:
      return await transaction.putRepositorySetting(id, setting)
  }
}

/** @returns whether it was said. @throws {Refusal} `repository-unknown` */
export async function deleteOwnSetting(
  services: Services,
  caller: Caller,
  transaction: MetadataTransaction,
  { repository, name }: { repository: Repository; name: SettingName },
): Promise<boolean> {
  const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
  const { id, registryId } = current
  switch (name) {
    case 'tagMutability':
    case 'scanOnPush':
      if (current[name] === undefined) return false
      await transaction.updateRepository(id, { [name]: null })
      await recordChange(services, caller, transaction, { repository: current, change: { [name]: null } })
      return true
    case 'repositoryPolicy':
      if (current.policyRevision === undefined) return false
      await transaction.deleteRepositoryPolicy(id)
      return true
    case 'lifecyclePolicy': {
      const { lifecyclePolicyText } = await transaction.readPolicyTexts(id)
      await transaction.putLifecyclePolicy(id, undefined)
      return lifecyclePolicyText !== undefined
    }
    default:
      if (name === 'quota') await transaction.setQuotaLeft({ registryId, repositoryId: id }, undefined)
      return await transaction.deleteRepositorySetting(id, name)
  }
}

function changeOf(settings: readonly SettingRecord[]): RepositoryChange {
  let change: RepositoryChange = {}
  for (const setting of settings) {
    if (setting.name === 'tagMutability') change = { ...change, tagMutability: setting.value }
    if (setting.name === 'scanOnPush') change = { ...change, scanOnPush: setting.value }
  }
  return change
}

async function recordChange(
  services: Services,
  caller: Caller,
  transaction: MetadataTransaction,
  { repository, change }: { repository: Repository; change: RepositoryChange },
): Promise<void> {
  if (Object.keys(change).length === 0) return
  const detail = { ...change, requestId: caller.requestId }
  const atMs = services.clock.nowMs()
  await transaction.recordEvent({ kind: 'repository-changed', atMs, ...requestOf(caller, repository), detail })
}
