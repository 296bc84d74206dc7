import { matchesGlob } from '../../glob.ts'
import { isTag } from '../../tag.ts'

/** Stands for the `*` of a glob that is looked at as a text: policies have no NUL in them. */
const ANY_RUN = '\0'
const LONGEST_TAG = 128

/**
 * Whether all that fits `inner` fits `outer`. A `*` of `inner` may stand for a character that neither glob has, so only
 * a `*` of `outer` can take it: `outer` is compared with `inner` as a text. Exact for globs over any texts; of two that
 * use nearly every character that a tag may have, it may be said that one is not within the other though it is.
 */
export function containsGlob(outer: string, inner: string): boolean {
  return matchesGlob(outer, inner.replaceAll('*', ANY_RUN))
}

/**
 * Whether no text fits both, exactly: of two globs with a `*`, what stands before the first and after the last has to
 * agree, and then the longer beginning, all that stands between in both, and the longer end fit both.
 */
export function areDisjointGlobs(a: string, b: string): boolean {
  if (!a.includes('*')) return !matchesGlob(b, a)
  if (!b.includes('*')) return !matchesGlob(a, b)
  const [aStart, bStart] = [startOf(a), startOf(b)]
  const [aEnd, bEnd] = [endOf(a), endOf(b)]
  const isStartShared = aStart.startsWith(bStart) || bStart.startsWith(aStart)
  return !isStartShared || !(aEnd.endsWith(bEnd) || bEnd.endsWith(aEnd))
}

/** Whether no tag fits; `false` may be said of one that would have to be longer than a tag. */
export function fitsNoTag(glob: string): boolean {
  if (!glob.includes('*')) return !isTag(glob)
  const text = glob.replaceAll('*', '')
  if (text.length > LONGEST_TAG) return true
  // A tag begins with neither period nor dash, and what a leading * stands for sees to that.
  return text !== '' && !isTag(glob.startsWith('*') ? `a${text}`.slice(0, LONGEST_TAG) : text)
}

/** Whether every tag fits. */
export function fitsEveryTag(glob: string): boolean {
  return glob !== '' && glob.replaceAll('*', '') === ''
}

function startOf(glob: string): string {
  return glob.slice(0, glob.indexOf('*'))
}

function endOf(glob: string): string {
  return glob.slice(glob.lastIndexOf('*') + 1)
}
