import { type Document, isNode } from 'yaml'
import { checkDeclared } from '../../core/apply/check-declared.ts'
import type { Declared } from '../../core/apply/declared.ts'
import { readDocument } from '../../core/apply/read-document.ts'
import { Refusal } from '../../core/refusal.ts'
import { CliProblem } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { firstError, nodeAt, parseYaml, YamlProblem, yamlValue } from '../yaml-value.ts'
import type { SourceFile } from './source-files.ts'

/** One thing that a file declares, and where: `team.yaml:12`. */
export interface DeclaredAt extends Declared {
  readonly at: string
}

const MOST_DOCUMENTS = 1000

/** @throws {CliProblem} naming file, document, line and place of the first thing that is wrong */
export function readDocuments(files: readonly SourceFile[]): DeclaredAt[] {
  const declared = files.flatMap(readFile)
  const seen = new Map<string, string>()
  for (const { kind, name, at } of declared) {
    const before = seen.get(`${kind} ${name}`)
    if (before !== undefined) throw problem(at, `${kind} ${name} is declared already, at ${before}`)
    seen.set(`${kind} ${name}`, at)
  }
  return declared
}

function readFile({ name, text }: SourceFile): DeclaredAt[] {
  const { documents, lines } = parse(name, text)
  if (documents.length > MOST_DOCUMENTS) throw problem(name, `there are more than ${MOST_DOCUMENTS} documents in it`)
  return documents.flatMap((document, index) => {
    const lineAt = (offset: number) => lines.linePos(offset).line
    const label = (line: number) => `${name}:${line}${documents.length > 1 ? ` (document ${index + 1})` : ''}`
    const error = firstError(document)
    if (error !== undefined) throw problem(label(lineAt(error.offset)), error.message)
    if (isEmpty(document)) return []
    return [readOne(document, (offset) => label(lineAt(offset)))]
  })
}

function parse(name: string, text: string): ReturnType<typeof parseYaml> {
  try {
    return parseYaml(text)
  } catch (error) {
    if (error instanceof YamlProblem) throw problem(name, error.message)
    throw error
  }
}

/** Nothing but comments between two marks. */
function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isNode(contents) && contents.range[0] === contents.range[1])
}

function readOne(document: Document.Parsed, labelAt: (offset: number) => string): DeclaredAt {
  try {
    const declared = readDocument(yamlValue(document))
    checkDeclared(declared)
    return { ...declared, at: labelAt(document.contents?.range[0] ?? 0) }
  } catch (error) {
    if (error instanceof YamlProblem) throw problem(labelAt(error.offset), error.message)
    if (!(error instanceof Refusal)) throw error
    const node = nodeAt(document, pathOf(error))
    throw problem(labelAt(node?.range[0] ?? 0), error.message)
  }
}

function pathOf({ detail }: Refusal): readonly (string | number)[] {
  const path = typeof detail === 'object' && detail !== null && 'path' in detail ? detail.path : undefined
  // As core/apply/place.ts puts it there.
  return Array.isArray(path) ? (path as (string | number)[]) : []
}

function problem(at: string, message: string): CliProblem {
  return new CliProblem(displayable(`${at}: ${message.replace(/\.$/, '')}.`))
}
