import type { Setting } from '../../core/settings/settings.ts'
import type { Repository, RepositoryChange } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { requestOf } from '../event-place.ts'
import { lockRepository } from '../lock-repository.ts'
import { refuseIfLocked } from '../settings/refuse-if-locked.ts'

/**
 * Changes settings. A push that is under way is judged by the settings before or after, never by a mixture.
 *
 * @throws {Refusal} `repository-unknown` when it went meanwhile; `setting-locked` when a scope above does not allow it
 */
export async function changeRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  change: RepositoryChange,
): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    const current = await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    await refuseIfLocked(transaction, current, newSettings(change))
    await transaction.updateRepository(repository.id, change)
    const detail = { ...change, requestId: caller.requestId }
    const atMs = services.clock.nowMs()
    await transaction.recordEvent({ kind: 'repository-changed', atMs, ...requestOf(caller, current), detail })
  })
}

/** What it says anew; taking something away weakens nothing. */
export function newSettings({ tagMutability, scanOnPush }: RepositoryChange): Setting[] {
  const settings: Setting[] = []
  if (tagMutability != null) settings.push({ name: 'tagMutability', value: tagMutability })
  if (scanOnPush != null) settings.push({ name: 'scanOnPush', value: scanOnPush })
  return settings
}
