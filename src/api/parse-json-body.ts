import { isJsonObject } from '../core/ecr/fields.ts'
import { invalidParameter } from '../core/ecr/invalid-parameter.ts'
import { isModestJson } from '../core/modest-json.ts'

/** The body of an AWS JSON 1.1 call. @throws {Refusal} `parameter-invalid` */
export function parseJsonBody(body: Uint8Array): Record<string, unknown> {
  const value = parseJson(body)
  if (!isJsonObject(value)) throw invalidParameter('request', 'the body must be a JSON object')
  return value
}

function parseJson(body: Uint8Array): unknown {
  if (!isModestJson(body)) throw invalidParameter('request', 'the body is nested too deeply or has too many members')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    throw invalidParameter('request', 'the body must be a JSON object in UTF-8')
  }
}
