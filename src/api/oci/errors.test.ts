import { describe, expect, test } from 'bun:test'
import { readJson } from '../../../test/support/read-json.ts'
import { Refusal, type RefusalDetail, type RefusalReason } from '../../core/refusal.ts'
import { OCI_ERRORS } from './error-codes.ts'
import { refusalResponse } from './errors.ts'

const answer = (reason: RefusalReason, message = 'No.', detail: RefusalDetail = {}) =>
  refusalResponse(new Refusal(reason, message, detail), { head: false })

async function errorOf(
  response: Response,
): Promise<{ code: string; message: string; detail: Record<string, unknown> }> {
  const body = await readJson<{
    errors: [{ code: string; message: string; detail: Record<string, unknown> }]
  }>(response)
  expect(body.errors).toHaveLength(1)
  return body.errors[0]
}

// oci.md section 7: the answers that the hostile table asks for.
test.each<[RefusalReason, number, string]>([
  ['unauthenticated', 401, 'UNAUTHORIZED'],
  ['credential-unknown', 401, 'UNAUTHORIZED'],
  ['credential-expired', 403, 'DENIED'],
  ['denied', 403, 'DENIED'],
  ['name-invalid', 400, 'NAME_INVALID'],
  ['repository-unknown', 404, 'NAME_UNKNOWN'],
  ['tag-invalid', 400, 'TAG_INVALID'],
  ['tag-immutable', 400, 'TAG_INVALID'],
  ['tag-not-allowed', 400, 'TAG_INVALID'],
  ['deletion-protected', 409, 'DENIED'],
  ['setting-locked', 409, 'DENIED'],
  ['quota-exceeded', 403, 'DENIED'],
  ['digest-invalid', 400, 'DIGEST_INVALID'],
  ['digest-mismatch', 400, 'DIGEST_INVALID'],
  ['size-mismatch', 400, 'SIZE_INVALID'],
  ['manifest-invalid', 400, 'MANIFEST_INVALID'],
  ['manifest-references-unknown', 400, 'MANIFEST_BLOB_UNKNOWN'],
  ['manifest-unknown', 404, 'MANIFEST_UNKNOWN'],
  ['manifest-too-large', 413, 'MANIFEST_INVALID'],
  ['blob-unknown', 404, 'BLOB_UNKNOWN'],
  ['blob-in-use', 405, 'UNSUPPORTED'],
  ['manifest-in-use', 405, 'UNSUPPORTED'],
  ['upload-unknown', 404, 'BLOB_UPLOAD_UNKNOWN'],
  ['upload-range', 416, 'RANGE_INVALID'],
  ['upload-too-slow', 408, 'BLOB_UPLOAD_INVALID'],
  ['range-unsatisfiable', 416, 'RANGE_INVALID'],
  ['range-excessive', 400, 'RANGE_INVALID'],
  ['page-invalid', 400, 'PAGINATION_NUMBER_INVALID'],
  ['policy-malformed', 400, 'UNSUPPORTED'],
  ['precondition-failed', 412, 'DENIED'],
  ['too-many-requests', 429, 'TOOMANYREQUESTS'],
  ['storage-full', 507, 'DENIED'],
  ['storage-unavailable', 503, 'UNAVAILABLE'],
  ['unsupported', 405, 'UNSUPPORTED'],
  ['not-found', 404, 'UNSUPPORTED'],
])('refusalResponse() answers %s with %d %s', async (reason, status, code) => {
  const response = answer(reason, 'A sentence.', { field: 'x' })
  expect(response.status).toBe(status)
  expect(await errorOf(response)).toEqual({ code, message: 'A sentence.', detail: { field: 'x' } })
})

describe('refusalResponse()', () => {
  // Object.keys of a mapped type over the reasons gives the reasons.
  const reasons = Object.keys(OCI_ERRORS) as RefusalReason[]

  test('says on every answer what it is, and on HEAD nothing more', async () => {
    for (const reason of reasons) {
      const response = answer(reason)
      expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0')
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect((await errorOf(response)).code).toMatch(/^[A-Z_]+$/)
      const head = refusalResponse(new Refusal(reason, 'No.'), { head: true })
      expect([head.status, await head.text()]).toEqual([response.status, ''])
      expect(head.headers.get('docker-distribution-api-version')).toBe('registry/2.0')
    }
  })

  test('challenges on 401, on nothing else, with one scheme and quoted parameters', () => {
    for (const reason of reasons) {
      const response = answer(reason)
      const challenge = response.status === 401 ? 'Basic realm="lading",service="ecr.amazonaws.com"' : null
      expect(response.headers.get('www-authenticate')).toBe(challenge)
    }
  })

  test('says on 405 what is allowed', () => {
    expect(answer('unsupported', 'No.', { allow: 'GET, PUT' }).headers.get('allow')).toBe('GET, PUT')
    expect(answer('blob-in-use').headers.get('allow')).toBe('GET, HEAD')
  })

  test('says on 429 and 503 when to come again, in whole seconds of at least one', () => {
    expect(answer('too-many-requests', 'No.', { retryAfterSeconds: 60 }).headers.get('retry-after')).toBe('60')
    expect(answer('too-many-requests', 'No.', { retryAfterSeconds: 0.2 }).headers.get('retry-after')).toBe('1')
    expect(answer('storage-unavailable').headers.get('retry-after')).toBe('5')
    expect(answer('storage-full').headers.get('retry-after')).toBeNull()
  })

  test('says on a refused part where the upload stands and goes on', async () => {
    const location = `/v2/ab/blobs/uploads/${'f'.repeat(32)}`
    const response = answer('upload-range', 'No.', { offsetBytes: 1024, location })
    expect(response.headers.get('location')).toBe(location)
    expect(response.headers.get('range')).toBe('0-1023')
    expect((await errorOf(response)).detail).toEqual({ offsetBytes: 1024 })
    expect(answer('upload-range', 'No.', { offsetBytes: 0, location }).headers.get('range')).toBe('0-0')
    expect(answer('upload-range').headers.get('range')).toBeNull()
  })

  test('says on an unsatisfiable range how much there is', () => {
    expect(answer('range-unsatisfiable', 'No.', { sizeBytes: 0 }).headers.get('content-range')).toBe('bytes */0')
    expect(answer('range-unsatisfiable').headers.get('content-range')).toBeNull()
  })

  test('lists what is missing, but not without end', async () => {
    const digests = Array.from({ length: 1003 }, (_, i) => `sha256:${i}`)
    const some = await errorOf(
      answer('manifest-references-unknown', 'No.', { what: 'blob', digests: digests.slice(0, 3) }),
    )
    expect(some.detail).toEqual({ what: 'blob', digests: digests.slice(0, 3) })
    const many = await errorOf(answer('manifest-references-unknown', 'No.', { digests }))
    expect(many.detail).toEqual({ digests: digests.slice(0, 1000), digestsLeftOut: 3 })
  })

  test.each([
    ['a line break and a colour', 'a\r\nb\u001b[31mc', 'a\\u{d}\\u{a}b\\u{1b}[31mc'],
    ['text that runs backwards', 'a\u202eb\u2066c\u200bd', 'a\\u{202e}b\\u{2066}c\\u{200b}d'],
    ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['ordinary text', 'Zoë – "ok" 😀', 'Zoë – "ok" 😀'],
  ])('escapes %s in its message', async (_, message, shown) => {
    expect((await errorOf(answer('denied', message))).message).toBe(shown)
  })

  test.each([['a'], ['😀'], ['\u0000'], ['é']])('keeps a message of many %j within 4 KiB', async (character) => {
    const { message } = await errorOf(answer('denied', character.repeat(10_000)))
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
    expect(Buffer.byteLength(message)).toBeGreaterThan(4000)
    expect(message.slice(0, -10)).not.toContain('\ufffd')
  })
})
