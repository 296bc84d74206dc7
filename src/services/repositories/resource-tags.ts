import {
  checkAddedResourceTags,
  checkResourceTagKey,
  checkResourceTags,
  MOST_RESOURCE_TAGS,
  tooManyResourceTags,
} from '../../core/ecr/resource-tags.ts'
import type { Repository, ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { lockRepository } from '../lock-repository.ts'

/**
 * Adds tags; a key that is there gets the new value.
 *
 * @throws {Refusal} `resource-tag-invalid`; `resource-tags-too-many` when there would be more than 50
 */
export async function tagRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  tags: readonly ResourceTag[],
): Promise<void> {
  checkResourceTags(tags)
  await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    const present = await transaction.listResourceTags(repository.id)
    checkAddedResourceTags(present, tags)
    const keys = new Set([...present, ...tags].map(({ key }) => key))
    if (keys.size > MOST_RESOURCE_TAGS) throw tooManyResourceTags()
    await transaction.putResourceTags(repository.id, tags)
  })
}

/** Takes tags off; keys that are not there are passed over. @throws {Refusal} `resource-tag-invalid` */
export async function untagRepository(
  services: Services,
  caller: Caller,
  repository: Repository,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) checkResourceTagKey(key)
  await services.metadata.transact(async (transaction) => {
    await lockRepository(transaction, caller, { repository, mode: 'exclusive' })
    await transaction.deleteResourceTags(repository.id, keys)
  })
}
