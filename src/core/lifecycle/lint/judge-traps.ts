import { isTag } from '../../tag.ts'
import type { ImageTerm, TagTerm } from '../lading/tag-term.ts'
import { cellsOf } from './cells.ts'
import type { JudgedRule } from './judged-rule.ts'
import { type LintFinding, lintWarning } from './lint-finding.ts'
import type { TagLogic } from './tag-logic.ts'

/** What rules of ECR's say otherwise than people read it (ecr.md 2.3: there is no OR). */
export function judgeList(logic: TagLogic, rule: JudgedRule): LintFinding[] {
  if (rule.tags?.op !== 'all') return []
  const globs = rule.tags.of.flatMap(globOf)
  for (const [index, glob] of globs.entries()) {
    const other = globs.slice(index + 1).find((each) => logic.excludes(asTerm(glob), asTerm(each)))
    if (other === undefined) continue
    const message = `An image has to have a tag that fits "${glob}" and another that fits "${other}": all of a list must fit, and no tag fits both. For either of them, expected a rule for each.`
    return [lintWarning(rule, 'list-is-and', message)]
  }
  return []
}

const LOST_TAG = `Its age counts from the push: an image that was pushed long ago goes on the day that its last tag is moved away. For a delay from that day, expected the clock "untagged", which ECR's format does not have.`

/**
 * Ages by the push where tags move (acr#520): an image that was pushed long ago, and was given a tag or lost one today,
 * is old at once.
 */
export function judgePushedClock(logic: TagLogic, rule: JudgedRule): LintFinding[] {
  const { when, action, select } = rule
  if (when === undefined || action === 'untag' || action === 'keep') return []
  if (!('olderThan' in when) || when.olderThan.since !== 'pushed') return []
  if (cellsOf(logic, rule).every(({ isTagged }) => !isTagged)) {
    return [lintWarning(rule, 'pushed-clock', LOST_TAG)]
  }
  const moving = select.tagged === false || rule.tags === undefined ? undefined : literalsOf(rule.tags).find(isTag)
  if (moving === undefined) return []
  const message = `Its age counts from the push: when the tag "${moving}" is set on an older image, as a roll-back does, that image goes. For the time since the tag was set, expected the clock "tagged", which ECR's format does not have.`
  return [lintWarning(rule, 'pushed-clock', message)]
}

/** Counting by manifests takes the children of indexes for images (ecr.md 2.4). */
export function judgeChildren(logic: TagLogic, rule: JudgedRule): LintFinding[] {
  const { action, select } = rule
  const count = keptCountOf(rule)
  if (action === 'untag' || (action === 'keep' && count === undefined)) return []
  if (select.mediaTypes !== undefined || select.artifactTypes !== undefined || select.annotations !== undefined)
    return []
  const cells = cellsOf(logic, rule)
  if (!cells.some(({ isTagged }) => !isTagged)) return []
  if (action !== 'keep' && cells.every(({ isTagged }) => !isTagged)) {
    const message =
      'It selects the manifests that indexes hold too, as they have no tags of their own: they stay while their index does, and each run fails on them. With the unit image they are left to their index.'
    return [lintWarning(rule, 'hits-children', message)]
  }
  if (count === undefined) return []
  const message = `It counts the manifests that indexes hold: the ${count} that it keeps may be one image with its platforms. With the unit image they count with their index.`
  return [lintWarning(rule, 'hits-children', message)]
}

/** Of a rule with a window, how many stay by it. */
function keptCountOf({ action, when }: JudgedRule): number | undefined {
  if (when === undefined) return undefined
  if (action === 'keep') return 'within' in when ? when.within.count : undefined
  return 'beyond' in when ? when.beyond.count : undefined
}

function asTerm(glob: string): TagTerm {
  return { op: 'glob', glob }
}

function globOf(term: ImageTerm): string[] {
  return term.op === 'some' && term.tag.op === 'glob' ? [term.tag.glob] : []
}

/** Globs without a `*`: such a tag is on one image at a time, so it can only move. */
function literalsOf(term: ImageTerm): readonly string[] {
  if (term.op === 'any' || term.op === 'all') return term.of.flatMap(literalsOf)
  return globOf(term).filter((glob) => !glob.includes('*'))
}
