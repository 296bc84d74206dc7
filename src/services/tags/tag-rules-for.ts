import type { EffectiveSettings } from '../../core/settings/resolve-settings.ts'
import { parseTagRules, type TagRules } from '../../core/tags/tag-rules.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { SettingReads } from '../../ports/metadata/settings.ts'
import { settingsInForce } from '../settings/settings-in-force.ts'

/** The rules for tags that settings come to: a tag must fit all of them. They were checked when they were put. */
export function tagRulesIn({ tagRules }: Pick<EffectiveSettings, 'tagRules'>): readonly TagRules[] {
  return tagRules.map(({ value }) => parseTagRules(value))
}

/** Those of a repository, its own and of all that is above it. */
export async function tagRulesFor(reader: SettingReads, repository: Repository): Promise<readonly TagRules[]> {
  return tagRulesIn(await settingsInForce(reader, repository))
}
