import type { Digest } from '../core/digest.ts'
import { repositoryArn } from '../core/ecr/repository-arn.ts'
import { leaseEndMs } from '../core/lease.ts'
import type { RepositoryName } from '../core/repository-name.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../ports/metadata-store.ts'
import { isAllowed } from './authorize.ts'
import { isServable } from './blobs.ts'
import type { Caller, Services } from './context.ts'
import { chargeLateBlob } from './settings/charge.ts'

/** How many repositories a mount without `from` looks at. */
const SOURCES_TRIED = 100

/** The account setting that switches mounting off (ecr.md 1.2); unlike ECR's it is on unless switched off. */
const BLOB_MOUNTING = 'BLOB_MOUNTING'

/**
 * Lets a repository see a blob that another one of the registry holds, without copying a byte.
 *
 * @param from where the blob is; undefined for "wherever you have it" (distribution-spec, anonymous mount)
 * @returns false when it cannot be done, for whatever reason: the client then uploads, and learns nothing of
 *   repositories that it may not read
 */
export async function mountBlob(
  services: Services,
  caller: Caller,
  target: Repository,
  mount: { digest: Digest; from: RepositoryName | undefined },
): Promise<boolean> {
  const settings = await services.metadata.getAccountSettings(caller.registry.id)
  if (settings[BLOB_MOUNTING] === 'DISABLED') return false
  const sources = await readableSources(services, caller, mount)
  if (sources.length === 0) return false
  return await services.metadata.transact((transaction) =>
    linkFromFirst(services, transaction, { target, sources, digest: mount.digest }),
  )
}

async function readableSources(
  services: Services,
  caller: Caller,
  mount: { digest: Digest; from: RepositoryName | undefined },
): Promise<Repository[]> {
  const readable: Repository[] = []
  for (const repository of await sourceRepositories(services, caller, mount)) {
    const resource = repositoryArn(caller.registry, repository.name)
    const access = { action: 'ecr:GetDownloadUrlForLayer', resource, repository } as const
    if (await isAllowed(services, caller, access)) readable.push(repository)
  }
  return readable
}

async function sourceRepositories(
  services: Services,
  caller: Caller,
  mount: { digest: Digest; from: RepositoryName | undefined },
): Promise<Repository[]> {
  if (mount.from === undefined) {
    return await services.metadata.repositoriesWithBlob(caller.registry.id, mount.digest, SOURCES_TRIED)
  }
  const source = await services.metadata.findRepository(caller.registry.id, mount.from)
  return source === undefined ? [] : [source]
}

async function linkFromFirst(
  services: Services,
  transaction: MetadataTransaction,
  link: { target: Repository; sources: readonly Repository[]; digest: Digest },
): Promise<boolean> {
  const target = await transaction.lockRepository(link.target.id, 'shared')
  if (target === undefined) return false
  await transaction.lockBlobs([link.digest], 'exclusive')
  for (const source of link.sources) {
    // Looked up before the transaction began: it may have been deleted since, and then nobody finds it by its name.
    if ((await transaction.findRepository(source.registryId, source.name))?.id !== source.id) continue
    if (!isServable(await transaction.findRepositoryBlob(source.id, link.digest))) continue
    const leaseUntilMs = leaseEndMs(services.clock.nowMs(), services.limits.blobLeaseMs)
    await transaction.leaseBlobs([link.digest], leaseUntilMs)
    await transaction.linkBlob(target.id, link.digest, leaseUntilMs)
    await chargeLateBlob(transaction, target, link.digest)
    return true
  }
  return false
}
