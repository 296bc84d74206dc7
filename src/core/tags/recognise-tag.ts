import { hasDate, isDateTag } from './tag-dates.ts'
import type { TagKind } from './tag-kind.ts'
import {
  hasCommit,
  isBuildTag,
  isDigestTag,
  isDigitHash,
  isEnvironmentTag,
  isSemverTag,
  isSmallBuildNumber,
  isStableTag,
  type SplitTag,
  splitTag,
} from './tag-shapes.ts'

/**
 * The order decides where a tag could be several things:
 *
 * 1. a digest has a shape that nothing else has;
 * 2. what is a day and nothing more is a date: `20260801` is also a number, and eight digits of a hash, but a number
 *    that happens to be a day of these years is rare;
 * 3. a version has room for all others after its dash: `1.4.2-1a2b3c4` is ordered by 1.4.2;
 * 4. a hash leads to the source, and from there to date and branch: `main-20260801-1a2b3c4`;
 * 5. then a date among other words, which is what such a tag is looked for by: `bookworm-20240423-slim`;
 * 6. an environment before a build id: `staging-42` is where it runs, and the number which time;
 * 7. numbers of three digits or more, and whatever is marked as one, are build ids: `1234567`, `main-42`;
 * 8. names that move, and versions that name only a part: `latest`, `v1`, `1.2`, `18-alpine`.
 *
 * The rest are second thoughts, for rules that ask for such a kind: builds are counted from 1, and some short hashes
 * have no letter.
 */
const ORDER: readonly (readonly [TagKind, (split: SplitTag) => boolean])[] = [
  ['digest', isDigestTag],
  ['date', ({ tag }) => isDateTag(tag)],
  ['semver', isSemverTag],
  ['commit-hash', hasCommit],
  ['date', ({ tag }) => hasDate(tag)],
  ['environment', isEnvironmentTag],
  ['build-id', isBuildTag],
  ['stable', isStableTag],
  ['build-id', isSmallBuildNumber],
  ['commit-hash', isDigitHash],
]

/** What kind of tag it is. Time linear in its length. */
export function recogniseTag(tag: string): TagKind {
  const split = splitTag(tag)
  return ORDER.find(([, fits]) => fits(split))?.[0] ?? 'none'
}

/** All kinds that it could be, the most likely first; `none` alone when it could be no other. */
export function possibleKinds(tag: string): readonly TagKind[] {
  const split = splitTag(tag)
  if (isDigestTag(split)) return ['digest']
  const kinds = ORDER.filter(([, fits]) => fits(split)).map(([kind]) => kind)
  return kinds.length === 0 ? ['none'] : [...new Set(kinds)]
}
