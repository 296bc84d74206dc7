import type { Digest } from '../../core/digest.ts'
import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { StoredRepository } from '../../ports/metadata/repository-deletion.ts'
import { isAllowed } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { findLiveReference } from './each-held-blob.ts'
import type { Keeper } from './freed-by.ts'

/** Repositories looked at for one that may be named. */
const HOLDERS_TRIED = 20

/** Whose blob it is, and which of its images do not count as they go. */
export interface KeptIn {
  readonly repositoryId: number
  readonly going: ReadonlySet<Digest> | 'all'
  readonly signal: AbortSignal
}

/**
 * Who keeps a blob for good: another image of the repository, else another repository. One is named only to whoever may ask
 * what that one costs.
 */
export async function keeperOf(services: Services, caller: Caller, blob: Digest, kept: KeptIn): Promise<Keeper> {
  const image = await keepingImage(services, blob, kept)
  if (image !== undefined) return { kind: 'image', digest: image }
  for (const holder of await services.metadata.holdersOfBlob(blob, HOLDERS_TRIED)) {
    if (holder.id !== kept.repositoryId && (await mayBeNamed(services, caller, holder)))
      return await namedKeeper(services, holder)
  }
  return { kind: 'others' }
}

async function keepingImage(
  { metadata }: Services,
  blob: Digest,
  { repositoryId, going, signal }: KeptIn,
): Promise<Digest | undefined> {
  if (going === 'all') return undefined
  return await findLiveReference(metadata, { repositoryId, blob, signal, except: going })
}

async function mayBeNamed(services: Services, caller: Caller, holder: StoredRepository): Promise<boolean> {
  if (holder.registryId !== caller.registry.id) return false
  const resource = repositoryArn(caller.registry, holder.name)
  return await isAllowed(services, caller, { action: 'lading:GetRepositoryCosts', resource, repository: undefined })
}

async function namedKeeper({ metadata, limits }: Services, holder: StoredRepository): Promise<Keeper> {
  const { id, name, deletedAtMs } = holder
  if (deletedAtMs === undefined) return { kind: 'repository', name, untilMs: undefined }
  // Its own window, which a setting may have said: that is written in the plan that deleted it.
  const plan = await metadata.findLatestPlan(id, 'repository-deletion')
  return { kind: 'repository', name, untilMs: plan?.undoUntilMs ?? deletedAtMs + limits.restoreWindowMs }
}
