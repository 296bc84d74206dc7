import type { ImageTagsMatcher, TagMatcher } from './lifecycle-policy.ts'

/** Fits when one of the tags does. */
export function someTag(fits: TagMatcher): ImageTagsMatcher {
  return {
    fits: (tags) => {
      for (const { tag } of tags) if (fits(tag)) return true
      return false
    },
    *inSteps(tags) {
      for (const { tag } of tags) {
        if (fits(tag)) return true
        yield
      }
      return false
    },
  }
}

/** Fits when all of the tags do, and there are some. */
export function everyTag(fits: TagMatcher): ImageTagsMatcher {
  return {
    fits: (tags) => tags.length > 0 && tags.every(({ tag }) => fits(tag)),
    *inSteps(tags) {
      for (const { tag } of tags) {
        if (!fits(tag)) return false
        yield
      }
      return tags.length > 0
    },
  }
}

export function anyOf(matchers: readonly ImageTagsMatcher[]): ImageTagsMatcher {
  if (matchers.length === 1 && matchers[0] !== undefined) return matchers[0]
  return {
    fits: (tags) => matchers.some((matcher) => matcher.fits(tags)),
    *inSteps(tags) {
      for (const matcher of matchers) if (yield* matcher.inSteps(tags)) return true
      return false
    },
  }
}

export function allOf(matchers: readonly ImageTagsMatcher[]): ImageTagsMatcher {
  if (matchers.length === 1 && matchers[0] !== undefined) return matchers[0]
  return {
    fits: (tags) => {
      for (const matcher of matchers) if (!matcher.fits(tags)) return false
      return true
    },
    *inSteps(tags) {
      for (const matcher of matchers) if (!(yield* matcher.inSteps(tags))) return false
      return true
    },
  }
}

export function notTags(matcher: ImageTagsMatcher): ImageTagsMatcher {
  return {
    fits: (tags) => !matcher.fits(tags),
    *inSteps(tags) {
      return !(yield* matcher.inSteps(tags))
    },
  }
}
