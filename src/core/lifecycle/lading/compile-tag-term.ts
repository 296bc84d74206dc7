import { compileGlob } from '../../glob.ts'
import { parseSemver } from '../../semver.ts'
import type { TagKind } from '../../tags/tag-kind.ts'
import { allOf, anyOf, everyTag, notTags, someTag } from '../image-tags-matcher.ts'
import type { ImageTagsMatcher, TagMatcher } from '../lifecycle-policy.ts'
import { compileLinearRegex } from './linear-regex.ts'
import { isInSemverRange } from './semver-range.ts'
import type { ImageTerm, TagTerm } from './tag-term.ts'

/** Which of the usual ways a tag is written in. */
export type KindOf = (tag: string) => TagKind

export function compileTagTerm(term: TagTerm, kindOf: KindOf): TagMatcher {
  switch (term.op) {
    case 'glob':
      return compileGlob(term.glob)
    case 'regex': {
      const regex = compileLinearRegex(term.regex)
      return (tag) => regex.fits(tag)
    }
    case 'semver':
      return (tag) => {
        const version = parseSemver(tag)
        return version !== undefined && isInSemverRange(term.range, version)
      }
    case 'kind':
      return (tag) => kindOf(tag) === term.kind
    case 'any': {
      const matchers = term.of.map((each) => compileTagTerm(each, kindOf))
      return (tag) => matchers.some((fits) => fits(tag))
    }
    case 'all': {
      const matchers = term.of.map((each) => compileTagTerm(each, kindOf))
      return (tag) => matchers.every((fits) => fits(tag))
    }
    case 'not': {
      const fits = compileTagTerm(term.of, kindOf)
      return (tag) => !fits(tag)
    }
  }
}

export function compileImageTerm(term: ImageTerm, kindOf: KindOf): ImageTagsMatcher {
  switch (term.op) {
    case 'some':
      return someTag(compileTagTerm(term.tag, kindOf))
    case 'every':
      return everyTag(compileTagTerm(term.tag, kindOf))
    case 'any':
      return anyOf(term.of.map((each) => compileImageTerm(each, kindOf)))
    case 'all':
      return allOf(term.of.map((each) => compileImageTerm(each, kindOf)))
    case 'not':
      return notTags(compileImageTerm(term.of, kindOf))
  }
}
