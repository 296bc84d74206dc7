import { EXIT, type ExitCode } from '../exit-codes.ts'
import { memberOf, textOf } from '../members.ts'

export const FINDING_HEADINGS = ['POLICY', 'SEVERITY', 'RULE', 'CODE', 'WHAT']

/** @param finding as the linter gives it, with `policy`: whose it is */
export function findingCells(finding: unknown): string[] {
  const rule = memberOf(finding, 'rule')
  const text = (name: string) => textOf(finding, name) ?? ''
  return [text('policy'), text('severity'), rule === undefined ? '-' : String(rule), text('code'), text('message')]
}

/** What `lint` ends with. @param isStrict whether warnings count */
export function lintExit(findings: readonly unknown[], isStrict: boolean): ExitCode {
  if (findings.some((finding) => textOf(finding, 'severity') === 'error')) return EXIT.found
  return isStrict && findings.length > 0 ? EXIT.warned : EXIT.done
}
