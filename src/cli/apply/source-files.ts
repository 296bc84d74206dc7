import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { readStdin } from '../read-stdin.ts'

/** A file as it was read. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** What the parser takes a second or two for at its worst. */
const MOST_BYTES = 256 * 1024
const MOST_FILES = 200
const MOST_BYTES_TOGETHER = 4 * 1024 * 1024

/**
 * The files that somebody named: one, standard input for `-`, or the `.yaml` and `.yml` of a folder, in byte order of
 * their names; what is in folders below it is not looked at.
 *
 * @throws {CliProblem}
 */
export async function readSources(paths: readonly string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  let sizeBytes = 0
  for (const path of (await Promise.all(paths.map(expand))).flat()) {
    const file = path === '-' ? await readInput() : await readText(path)
    sizeBytes += Buffer.byteLength(file.text)
    files.push(file)
    if (files.length > MOST_FILES) throw new CliProblem(`There are more than ${MOST_FILES} files.`)
    if (sizeBytes > MOST_BYTES_TOGETHER) {
      throw new CliProblem(`The files have more than ${MOST_BYTES_TOGETHER} bytes together.`)
    }
  }
  return files
}

async function expand(path: string): Promise<string[]> {
  if (path === '-') return [path]
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort()
    if (names.length > 0) return names.map((name) => join(path, name))
  } catch (error) {
    throw unreadable(path, error)
  }
  throw new CliProblem(displayable(`There is no .yaml or .yml file in ${path}.`))
}

async function readText(path: string): Promise<SourceFile> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > MOST_BYTES) throw tooLarge(path)
    const bytes = await file.readFile()
    return { name: path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw error instanceof CliProblem ? error : unreadable(path, error)
  }
}

async function readInput(): Promise<SourceFile> {
  const text = await readStdin(MOST_BYTES)
  if (text === undefined) throw tooLarge('Standard input')
  return { name: 'standard input', text }
}

function tooLarge(name: string): CliProblem {
  return new CliProblem(displayable(`${name} must have at most ${MOST_BYTES} bytes of UTF-8.`))
}

function unreadable(path: string, error: unknown): CliProblem {
  return new CliProblem(displayable(`${path} cannot be read: ${reasonOf(error)}.`), { cause: error })
}
