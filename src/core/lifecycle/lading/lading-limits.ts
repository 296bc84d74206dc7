/** How large a policy may be, so that parsing, compiling and linting it, and judging a tag by it, take bounded work. */

/** As ECR's (ecr.md 1.0). */
export const MOST_LIFECYCLE_CHARS = 30_720
export const MOST_RULES = 200
/** How deep `any`, `all`, `not`, `every` and `some` may stand in each other. */
export const MOST_EXPRESSION_LEVELS = 16
export const MOST_REGEX_CHARS = 256
/** No tag is longer than this, so no count above it says anything else. */
export const MOST_REPETITIONS = 128
/** Instructions of one regular expression, and of all that a policy has. One instruction and one character are a step. */
export const MOST_REGEX_SIZE = 250
export const MOST_REGEX_SIZE_OF_POLICY = 500
export const MOST_REGEXES = 32
/** What each may keep of its states; beyond it they are made anew. */
export const REGEX_CACHE_BYTES = 524_288
/** No longer than a tag, so that every version in it is one. */
export const MOST_RANGE_CHARS = 128
