import type { TagRules } from '../../core/tags/tag-rules.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/**
 * The setting `tagRules` of a repository and of all that is above it, in any order: a tag must fit all of them.
 *
 * @param reader the transaction that sets the tag, so that rules and tag hold at the same instant; anything for those who
 *   only look
 */
export type TagRulesFor = (reader: MetadataReader, repository: Repository) => Promise<readonly TagRules[]>

/** Where nobody can set any. */
export const noTagRules: TagRulesFor = async () => []
