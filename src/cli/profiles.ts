import { readFile } from 'node:fs/promises'

/** Whether one of AWS's shared files has a section of this name; what cannot be read has none. */
export async function hasProfile(files: readonly string[], name: string): Promise<boolean> {
  const texts = await Promise.all(files.map(async (path) => await readFile(path, 'utf8').catch(() => '')))
  return texts.some((text) => text.split('\n').some((line) => nameIn(line.trim()) === name))
}

/** `[name]` in the one file, `[profile name]` and `[profile "a name"]` in the other. */
function nameIn(line: string): string | undefined {
  const end = line.indexOf(']')
  if (!line.startsWith('[') || end === -1) return undefined
  const section = line.slice(1, end).trim()
  const name = /^profile\s/.test(section) ? section.slice('profile'.length).trim() : section
  const isQuoted = name.length > 1 && name.startsWith('"') && name.endsWith('"')
  return isQuoted ? name.slice(1, -1) : name
}
