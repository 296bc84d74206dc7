import { readFile } from 'node:fs/promises'
import { type JsonValue, parseStrictJson, StrictJsonError } from '../../core/strict-json.ts'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { readStdin } from '../read-stdin.ts'

/** Longer than any policy, with its indentation and comments. */
const MOST_BYTES = 1024 * 1024
/** A policy that somebody gave. */
export interface GivenPolicy {
  /** The file, for messages. */
  readonly name: string
  /** JSON. */
  readonly text: string
}

/** What the library reads in a second. */
const MOST_YAML = 256 * 1024

/**
 * A lifecycle policy of a file, or of standard input for `-`, as JSON text. Files that end in `.yaml` or `.yml` are YAML,
 * and so is what has another end and does not begin as JSON does.
 *
 * @throws {CliProblem}
 */
export async function readPolicyFile(path: string): Promise<GivenPolicy> {
  const name = path === '-' ? 'standard input' : path
  const text = await readText(path)
  const isYaml = /\.ya?ml$/i.test(path) || !(/\.json$/i.test(path) || /^\s*\{/.test(text))
  return { name, text: isYaml ? await yamlToJson(name, text) : text }
}

/** As a server takes it: what else is wrong with it is the server's to say. @throws {CliProblem} when it is no JSON */
export function policyDocument({ name, text }: GivenPolicy): JsonValue {
  try {
    return parseStrictJson(new TextEncoder().encode(text))
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw new CliProblem(displayable(`${name} is no JSON: ${error.message.replace(/\.$/, '')}.`), { cause: error })
  }
}

async function readText(path: string): Promise<string> {
  if (path === '-') {
    const text = await readStdin(MOST_BYTES)
    if (text !== undefined) return text
    throw new CliProblem(`Standard input must be a policy of at most ${MOST_BYTES} bytes of UTF-8.`)
  }
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new CliProblem(displayable(`The policy ${path} cannot be read: ${reasonOf(error)}.`), { cause: error })
  }
  if (bytes.byteLength <= MOST_BYTES) return new TextDecoder().decode(bytes)
  throw new CliProblem(displayable(`The policy ${path} has ${bytes.byteLength} bytes: at most ${MOST_BYTES} may be.`))
}

async function yamlToJson(name: string, text: string): Promise<string> {
  const { firstError, parseYaml, YamlProblem, yamlValue } = await import('../yaml-value.ts')
  const refuse = (reason: string) => new CliProblem(displayable(`${name} is no YAML: ${reason.replace(/[.:]$/, '')}.`))
  if (text.length > MOST_YAML) throw refuse(`it has more than ${MOST_YAML} characters`)
  try {
    const { documents } = parseYaml(text)
    if (documents.length > 1) throw refuse('there is more than one document in it')
    const [document] = documents
    const error = document && firstError(document)
    if (error !== undefined) throw refuse(error.message)
    return JSON.stringify(document === undefined ? null : yamlValue(document), null, 2)
  } catch (error) {
    if (error instanceof YamlProblem) throw refuse(error.message)
    throw error
  }
}
