import { readFile } from 'node:fs/promises'

/** Whether one of AWS's shared files has a section of this name; what cannot be read has none. */
export async function hasProfile(files: readonly string[], name: string): Promise<boolean> {
  return (await linesOfFiles(files)).some((lines) => lines.some((line) => nameIn(line) === name))
}

/** The `region` of a profile, of the first of AWS's shared files that has one. */
export async function findProfileRegion(files: readonly string[], name: string): Promise<string | undefined> {
  for (const lines of await linesOfFiles(files)) {
    let section: string | undefined
    for (const line of lines) {
      section = nameIn(line) ?? section
      const region = section === name ? /^region\s*=\s*([a-z0-9-]{1,64})$/.exec(line)?.[1] : undefined
      if (region !== undefined) return region
    }
  }
  return undefined
}

async function linesOfFiles(files: readonly string[]): Promise<string[][]> {
  const texts = await Promise.all(files.map(async (path) => await readFile(path, 'utf8').catch(() => '')))
  return texts.map((text) => text.split('\n').map((line) => line.trim()))
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
