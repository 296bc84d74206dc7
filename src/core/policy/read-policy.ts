import { isJsonList, type JsonObject, type JsonValue, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { malformedPolicy, shown } from './malformed-policy.ts'
import type { PolicyDocument, PolicyStatement } from './policy-document.ts'
import { isResourceKind, type PolicyKind } from './policy-kind.ts'
import { MOST_POLICY_CHARS } from './policy-limits.ts'
import { readObject } from './policy-members.ts'
import { readStatement } from './read-statement.ts'

/** iam.md 1.2; the character after `ÿ` is the first that IAM refuses. */
const POLICY_TEXT = /^[\t\n\r\x20-\u00ff]*$/
const UTF8 = new TextEncoder()

/**
 * Reads a policy that is stored already. What only whoever stores one has to mind, its size and its cost, is asked by
 * `parsePolicy`: what was good when it was stored stays readable.
 *
 * @throws {Refusal} `policy-malformed`
 */
export function readPolicy(text: string, kind: PolicyKind): PolicyDocument {
  const root = readObject(parsePolicyJson(text), 'the document', ['Version', 'Id', 'Statement'])
  const version = readVersion(root.Version)
  if (root.Id !== undefined && typeof root.Id !== 'string') {
    throw malformedPolicy('Id', `expected a text, got ${shown(root.Id)}`)
  }
  if (root.Statement === undefined) throw malformedPolicy('the document', 'the element Statement is missing')
  const list = isJsonList(root.Statement) ? root.Statement : [root.Statement]
  const statements = list.map((statement, index) =>
    readStatement(statement, { kind, index, hasVariables: version === '2012-10-17' }),
  )
  if (!isResourceKind(kind)) checkSids(statements)
  return { version, statements }
}

/** @throws {Refusal} `policy-malformed` */
export function parsePolicyJson(text: string): JsonValue {
  if (text.length > MOST_POLICY_CHARS) {
    throw malformedPolicy('the document', `expected at most ${MOST_POLICY_CHARS} characters, got ${text.length}`)
  }
  if (!POLICY_TEXT.test(text)) {
    throw malformedPolicy('the document', 'expected only tab, line feed, carriage return and U+0020 to U+00FF')
  }
  try {
    return parseStrictJson(UTF8.encode(text))
  } catch (error) {
    if (error instanceof StrictJsonError) throw malformedPolicy('the document', error.message)
    throw error
  }
}

function readVersion(version: JsonObject[string] | undefined): PolicyDocument['version'] {
  if (version === undefined || version === '2012-10-17' || version === '2008-10-17') return version
  throw malformedPolicy('Version', `expected "2012-10-17" or "2008-10-17", got ${shown(version)}`)
}

function checkSids(statements: readonly PolicyStatement[]): void {
  const seen = new Set<string>()
  for (const [index, { sid }] of statements.entries()) {
    if (sid === undefined || sid === '') continue
    if (!/^[A-Za-z0-9]*$/.test(sid)) {
      throw malformedPolicy(`Statement[${index}].Sid`, `expected only letters and digits, got ${shown(sid)}`)
    }
    if (seen.has(sid)) {
      throw malformedPolicy(`Statement[${index}].Sid`, `expected a Sid that no other statement has, got ${shown(sid)}`)
    }
    seen.add(sid)
  }
}
