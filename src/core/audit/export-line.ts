import { type JsonObject, type JsonValue, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { canonicalJson } from './canonical-json.ts'
import { AUDIT_FORMAT, type ChainHead } from './chain.ts'
import type { CheckpointStatement, SignedCheckpoint } from './checkpoint.ts'

/**
 * A line of an exported trail, each in canonical JSON: a header, records in order with the checkpoints between them, and
 * an end. An export that does not begin with the first record begins with the checkpoint that it follows on.
 */
export type ExportLine = HeaderLine | RecordLine | CheckpointLine | EndLine

export interface HeaderLine {
  readonly kind: 'header'
  readonly account: string
  /** The number of the first record. */
  readonly from: number
  /** The newest checkpoint that there was, so that a file cut off before it is known as such. */
  readonly newest: SignedCheckpoint | undefined
}

export interface RecordLine extends ChainHead {
  readonly kind: 'record'
  /** The record in canonical JSON. */
  readonly body: string
}

export interface CheckpointLine extends SignedCheckpoint {
  readonly kind: 'checkpoint'
}

export interface EndLine {
  readonly kind: 'end'
  readonly end: ChainHead
}

/** Longer than any record can be. */
const LONGEST_LINE = 1024 * 1024
const HASH = /^[0-9a-f]{64}$/
const ACCOUNT = /^[0-9]{12}$/
const KEY_ID = /^[0-9a-f]{16}$/
const INSTALLATION = /^[\w.:-]{1,100}$/

export function formatHeader({ account, from, newest }: Omit<HeaderLine, 'kind'>): string {
  return canonicalJson({ export: { account, format: AUDIT_FORMAT, from, newest: newest ?? null } })
}

export function formatRecord({ body, hash, sequence }: Omit<RecordLine, 'kind'>): string {
  return `{"hash":"${hash}","record":${body},"sequence":${sequence}}`
}

export function formatCheckpoint({ checkpoint, signature }: SignedCheckpoint): string {
  return canonicalJson({ checkpoint, signature })
}

export function formatEnd({ hash, sequence }: ChainHead): string {
  return canonicalJson({ end: { hash, sequence } })
}

/** @returns the line, or what is wrong with it: a clause for a person */
export function parseExportLine(text: string): ExportLine | string {
  if (text.length > LONGEST_LINE) return 'it is longer than any line of an export'
  const value = parseJson(text)
  if (typeof value === 'string') return value
  const line = toRecord(value) ?? toCheckpointLine(value) ?? toHeader(value) ?? toEnd(value)
  return line ?? 'it is none of the lines that an export has'
}

function parseJson(text: string): JsonObject | string {
  try {
    const value = parseStrictJson(Buffer.from(text))
    if (!isObject(value)) return 'it is not a JSON object'
    // Only then is there nothing in the line that the hash does not cover.
    return canonicalJson(value) === text ? value : 'it is not spelled as an export spells it'
  } catch (error) {
    if (error instanceof StrictJsonError) return `it is not JSON: ${error.message}`
    throw error
  }
}

function toRecord(value: JsonObject): RecordLine | undefined {
  const { hash, record, sequence } = value
  if (!hasKeys(value, 3) || !isHash(hash) || !isObject(record) || !isCount(sequence)) return undefined
  return { kind: 'record', hash, sequence, body: canonicalJson(record) }
}

function toCheckpointLine(value: JsonObject): CheckpointLine | undefined {
  const signed = toSigned(value)
  return signed && { kind: 'checkpoint', ...signed }
}

function toHeader(value: JsonObject): HeaderLine | undefined {
  const header = value.export
  if (!hasKeys(value, 1) || !isObject(header) || !hasKeys(header, 4)) return undefined
  const { account, format, from, newest } = header
  if (format !== AUDIT_FORMAT || !isText(account, ACCOUNT) || !isCount(from)) return undefined
  const signed = isObject(newest) ? toSigned(newest) : undefined
  if (signed === undefined && newest !== null) return undefined
  return { kind: 'header', account, from, newest: signed }
}

function toEnd(value: JsonObject): EndLine | undefined {
  const { end } = value
  if (!hasKeys(value, 1) || !isObject(end) || !hasKeys(end, 2)) return undefined
  const { hash, sequence } = end
  return isHash(hash) && isCount(sequence) ? { kind: 'end', end: { hash, sequence } } : undefined
}

function toSigned(value: JsonObject): SignedCheckpoint | undefined {
  const { checkpoint, signature } = value
  if (!hasKeys(value, 2) || typeof signature !== 'string' || !isObject(checkpoint)) return undefined
  const statement = toStatement(checkpoint)
  return statement && { checkpoint: statement, signature }
}

function toStatement(value: JsonObject): CheckpointStatement | undefined {
  const { account, atMs, hash, installation, keyId, sequence } = value
  if (!isText(account, ACCOUNT) || !isText(installation, INSTALLATION) || !isText(keyId, KEY_ID)) return undefined
  if (!hasKeys(value, 6) || !isHash(hash) || !isCount(atMs) || !isCount(sequence)) return undefined
  return { account, atMs, hash, installation, keyId, sequence }
}

function isText(value: JsonValue | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHash(value: JsonValue | undefined): value is string {
  return isText(value, HASH)
}

function isCount(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** With the members looked at, it is one of ours when it has no others. */
function hasKeys(value: JsonObject, count: number): boolean {
  return Object.keys(value).length === count
}
