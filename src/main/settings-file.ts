const COMMENT = '"#" begins no comment inside a line; put the comment on a line of its own, or the value in quotes.'

/**
 * Reads `NAME=value` lines. Blank lines and lines that begin with `#` are skipped; a value may stand in single or
 * double quotes, which are taken off; nothing in it is expanded.
 *
 * @param problems gets one sentence for each line that is not of that form
 */
export function parseSettingsFile(path: string, text: string, problems: string[]): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const match = /^\s*(LADING_[A-Z0-9_]+)\s*=\s*(?:"(.*)"|'(.*)'|(.*?))\s*$/.exec(line)
    const name = match?.[1]
    const where = `${path} line ${index + 1}`
    if (match === null || name === undefined) problems.push(`${where} is not of the form LADING_NAME=value.`)
    else if (name === 'LADING_CONFIG_FILE') problems.push(`${where}: LADING_CONFIG_FILE belongs in the environment.`)
    else if (Object.hasOwn(settings, name)) problems.push(`${where} sets ${name} a second time.`)
    else if (/^["']|["']$/.test(match[4] ?? '')) problems.push(`${where}: a quote is opened or closed alone.`)
    else if (/\s#/.test(match[4] ?? '')) problems.push(`${where}: ${COMMENT}`)
    else settings[name] = match[2] ?? match[3] ?? match[4] ?? ''
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''))
}
