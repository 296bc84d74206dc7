import type { JudgedRule } from './judged-rule.ts'
import { type LintFinding, lintWarning } from './lint-finding.ts'

/** Rules that say the opposite of what people mean: which end of a line is kept, and which goes. */
export function judgeWindows(rule: JudgedRule): LintFinding[] {
  const { action, when } = rule
  if (when === undefined) return []
  if (action === 'keep' && 'beyond' in when) {
    const message = `It keeps what is beyond the first ${when.beyond.count}, and not these. To keep the first, expected "within".`
    return [lintWarning(rule, 'wrong-end', message)]
  }
  if ((action === 'expire' || action === 'archive') && 'within' in when) {
    const message = `It takes the first ${when.within.count}, and leaves those beyond. To leave the first, expected "beyond".`
    return [lintWarning(rule, 'wrong-end', message)]
  }
  return []
}
