import { listedAnnotations, MOST_LISTED_BYTES } from '../core/manifest/listed-annotations.ts'
import type { ParsedManifest } from '../core/manifest/parse-manifest.ts'
import { referrersFallbackTag } from '../core/manifest/referrers-fallback-tag.ts'
import type { Tag } from '../core/tag.ts'
import type { ResolvedReferences } from './resolve-references.ts'

/** What a client should know of a push that was accepted: legal, but perhaps not what was meant. */
export function pushWarnings(
  parsed: ParsedManifest,
  push: { readonly tags: readonly Tag[]; readonly subjectExists: boolean },
  references: ResolvedReferences,
): string[] {
  const warnings: string[] = []
  const elsewhere = references.absent.filter((reference) => !reference.required)
  const missing = references.absent.filter((reference) => reference.required)
  if (missing.length > 0) {
    warnings.push(`sparse: ${missing.length} of what this manifest refers to is not in this repository`)
  }
  if (elsewhere.length > 0) {
    warnings.push(
      `${elsewhere.length} layers are not stored here: clients have to fetch them from the addresses they name`,
    )
  }
  if (parsed.subject !== undefined && !push.subjectExists) {
    warnings.push(`the subject ${parsed.subject.digest} is not in this repository (yet)`)
  }
  if (parsed.subject !== undefined && parsed.annotations !== listedAnnotations(parsed.annotations)) {
    warnings.push(`annotations of more than ${MOST_LISTED_BYTES} bytes are not shown in the list of referrers`)
  }
  if (push.tags.some(isFallbackTag)) {
    warnings.push('this registry lists referrers itself: the fallback tag is kept, but nothing needs it')
  }
  return warnings
}

function isFallbackTag(tag: Tag): boolean {
  const match = /^(sha256|sha512)-([0-9a-f]{64})$/.exec(tag)
  return match !== null && referrersFallbackTag(`${match[1]}:${match[2]}`) === tag
}
