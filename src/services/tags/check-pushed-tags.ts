import { type Digest, isDigest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import { accessorySubject } from '../../core/tags/accessory-tag.ts'
import { checkTagRules } from '../../core/tags/check-tag-rules.ts'
import type { TagRules } from '../../core/tags/tag-rules.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'

export interface PushedTags {
  readonly repository: Repository
  /** Those that the push sets or moves; one that points there already is nobody's business. */
  readonly tags: readonly Tag[]
  readonly annotations: Readonly<Record<string, string>> | undefined
}

/**
 * Whether the repository's rules take the tags. What hangs on an image that is there, such as its signature, is always
 * taken: its name is its client's, not its owner's.
 *
 * @throws {Refusal} `tag-not-allowed`
 */
export async function checkPushedTags(
  transaction: MetadataTransaction,
  rules: readonly TagRules[],
  { repository, tags, annotations }: PushedTags,
): Promise<void> {
  if (tags.length === 0 || rules.length === 0) return
  for (const tag of tags) {
    if (await isAccessory(transaction, repository, tag)) continue
    checkTagRules(rules, { repositoryName: repository.name, tag, annotations })
  }
}

async function isAccessory(transaction: MetadataTransaction, repository: Repository, tag: Tag): Promise<boolean> {
  const start = accessorySubject(tag)
  if (start === undefined) return false
  if (isDigest(start)) return (await transaction.findManifest(repository.id, start)) !== undefined
  // Half of a sha512 digest: the list goes on after any text, so the one that begins with it comes next.
  const [next] = await transaction.listManifests(repository.id, 'ANY', { after: start as Digest, limit: 1 })
  return next?.digest.startsWith(start) === true
}
