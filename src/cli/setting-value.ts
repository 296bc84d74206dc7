import { readFile } from 'node:fs/promises'
import { CliProblem, reasonOf } from './cli-problem.ts'

/** Settings whose value is a text, which is itself JSON. */
const TEXTS: readonly string[] = ['lifecyclePolicy', 'repositoryPolicy']

/**
 * A setting's value as somebody gave it.
 *
 * @param given JSON, or `@` and the name of a file with it
 * @throws {CliProblem}
 */
export async function readValue(name: string, given: string): Promise<unknown> {
  const text = given.startsWith('@') ? await readText(given.slice(1)) : given
  if (TEXTS.includes(name)) return text
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliProblem(`The value of ${name} is no JSON: ${reasonOf(error)}.`, { exitCode: 2, cause: error })
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CliProblem(`The file ${file} cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}
