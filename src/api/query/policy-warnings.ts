import type { PolicyFinding } from '../../core/policy/analyse-policy.ts'

/** IAM's answers have no place for them, and clients pass over headers that they do not know. */
export const WARNINGS_HEADER = 'x-lading-policy-warnings'
/** Proxies take headers of 8 KB in all. */
const LONGEST_HEADER = 4096

/**
 * What was found in a policy, as one line of JSON in ASCII; as many findings as have room, whole. Undefined for none.
 */
export function formatWarnings(findings: readonly PolicyFinding[]): string | undefined {
  let line = ''
  for (const { severity, code, where, message } of findings) {
    const item = toAscii(JSON.stringify({ severity, code, where, message }))
    if (line.length + item.length + 2 > LONGEST_HEADER) break
    line += line === '' ? item : `,${item}`
  }
  return line === '' ? undefined : `[${line}]`
}

function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
