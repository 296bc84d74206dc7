/** The eight usual ways to tag, as rules and reports name them. */
export type TagKind = 'commit-hash' | 'semver' | 'date' | 'digest' | 'build-id' | 'environment' | 'stable' | 'none' // none of the others

/** What a kind is called in a sentence, and a tag that is one. */
export const TAG_KINDS: Readonly<Record<TagKind, { readonly name: string; readonly example: string }>> = {
  semver: { name: 'a semantic version', example: '1.4.2' },
  'commit-hash': { name: 'a commit hash', example: 'sha-1a2b3c4' },
  date: { name: 'a date', example: '2026-08-01' },
  'build-id': { name: 'a build id', example: 'build-1234' },
  environment: { name: 'an environment', example: 'staging' },
  stable: { name: 'a name that moves', example: 'latest' },
  digest: { name: 'a digest', example: `sha256-${'0123456789abcdef'.repeat(4)}` },
  none: { name: 'a tag of no usual kind', example: 'my-image' },
}

export function isTagKind(text: string): text is TagKind {
  return Object.hasOwn(TAG_KINDS, text)
}

/** The kinds that say which build an image is: a repository is easiest to read with one of them, beside names that move. */
export const IDENTIFYING_KINDS: readonly TagKind[] = ['semver', 'commit-hash', 'date', 'build-id']
