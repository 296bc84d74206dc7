import { isDateTag } from './tag-dates.ts'
import { BRANCH_WORDS, CHANNELS, COMMIT_WORDS, ENVIRONMENT_WORDS, STABLE_WORDS } from './tag-words.ts'

/** A tag, and its parts between dashes, underscores and periods in lower case. */
export interface SplitTag {
  readonly tag: string
  readonly parts: readonly string[]
}

export function splitTag(tag: string): SplitTag {
  return { tag, parts: tag.toLowerCase().split(/[-_.]/) }
}

/** A digest as tags can spell it, also cut short, and what signers hang on to it (cosign's `.sig`, `.att` and `.sbom`). */
const DIGEST = /^sha(?:256|512)-[0-9a-f]{7,128}(?:\.(?:sig|att|sbom))?$/

export function isDigestTag({ tag }: SplitTag): boolean {
  return DIGEST.test(tag)
}

/**
 * semver.org 2.0.0 with a `v` that is passed over. Tags cannot have a plus sign, for which Helm writes an underscore.
 * Numbers after the dash may begin with a zero, as in `1.2.3-ubuntu-22.04`.
 */
const SEMVER = /^v?((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:_[0-9A-Za-z_.-]+)?$/

/** Not when the version is a day, `2026.10.12`: two digits for each are a calendar's. */
export function isSemverTag({ tag }: SplitTag): boolean {
  const version = SEMVER.exec(tag)?.[1]
  return version !== undefined && !isDateTag(version)
}

const HEX = /^[0-9a-f]{7,64}$/
const UUID = /(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/i

/** A hash anywhere: with a letter in it, with git describe's `g` before it, or after a word that says so. */
export function hasCommit({ tag, parts }: SplitTag): boolean {
  if (UUID.test(tag)) return false
  return parts.some((part, index) => {
    if (HEX.test(part)) return /[a-f]/.test(part) || COMMIT_WORDS.has(parts[index - 1] ?? '')
    return part.startsWith('g') && HEX.test(part.slice(1))
  })
}

/** One hash in 27 of seven digits has no letter. */
export function isDigitHash({ tag }: SplitTag): boolean {
  return HEX.test(tag.split(/[-_]/).at(-1) ?? '')
}

/** `prod`, `prod2`, `prod-eu`, `api-prod`; not what is a version's or a moving name's variant, such as `latest-dev`. */
export function isEnvironmentTag(split: SplitTag): boolean {
  const { parts } = split
  if (isEnvironment(parts[0])) return true
  return isEnvironment(parts.at(-1)) && !isPartialVersion(split) && !STABLE_WORDS.has(parts[0] ?? '')
}

function isEnvironment(part = ''): boolean {
  return ENVIRONMENT_WORDS.has(part.replace(/\d{1,3}$/, ''))
}

const BUILD_WORDS =
  'build|bld|ci|run|job|pipeline|jenkins|buildkite|bk|circleci|circle|gha|github|gitlab|travis|teamcity|azure|drone'
/** `build-123`, `ci4567`, `pr-142-build-57`, `run-123.4`. */
const MARKED_BUILD = new RegExp(`(?:^|[-_.])(?:${BUILD_WORDS})[-_.]?\\d+(?:$|[-_.])`, 'i')
/** Jenkins' `BUILD_TAG` is jenkins, the job's name and the number. */
const NAMED_BUILD = new RegExp(`^(?:${BUILD_WORDS})[-_.].*[-_.]\\d+$`, 'i')
/** A number of three digits or more, perhaps with GitHub's attempt or a job after it, perhaps with words. */
const NUMBERED_BUILD = /^b?\d{3,}(?:[-_.]\d+)?(?:[-_][a-z][\w.-]*)?$/i

export function isBuildTag({ tag, parts }: SplitTag): boolean {
  if (UUID.test(tag) || MARKED_BUILD.test(tag) || NAMED_BUILD.test(tag)) return true
  if (BRANCH_WORDS.has(parts[0] ?? '') && parts.length > 1 && parts.slice(1).every(isNumber)) return true
  return NUMBERED_BUILD.test(tag) && !isYear(parts[0])
}

/** Builds are counted from 1, and pass the years. */
export function isSmallBuildNumber({ parts }: SplitTag): boolean {
  return parts.length <= 2 && parts.every(isNumber)
}

function isNumber(part: string): boolean {
  return /^\d+$/.test(part)
}

function isYear(part = ''): boolean {
  return /^(?:19|20)\d\d$/.test(part)
}

/** `1`, `v1`, `1.2`, `22.04`, `2024.1`, `1.x`, `18-alpine`: a major version below 100, a year, or whatever has a `v`. */
const PARTIAL = /^(?:v\d+|\d{1,2}|(?:19|20)\d\d)(?:\.(?:\d+|x))?(?:\.x)?(?:[-_].*)?$/i

function isPartialVersion({ tag }: SplitTag): boolean {
  return PARTIAL.test(tag)
}

const RELEASE_BRANCH = /^(?:release|releases|rel)[-_.]v?\d+(?:\.(?:\d+|x))?$/i
const PULL_REQUEST = /^(?:pr|mr|pull)[-_.]?\d+$/i
const LONG_TERM = /^ltsc?\d*$/

export function isStableTag(split: SplitTag): boolean {
  const { tag, parts } = split
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  if (STABLE_WORDS.has(first) || STABLE_WORDS.has(last) || LONG_TERM.test(first)) return true
  return (
    CHANNELS.has(tag.toLowerCase()) || isPartialVersion(split) || RELEASE_BRANCH.test(tag) || PULL_REQUEST.test(tag)
  )
}
